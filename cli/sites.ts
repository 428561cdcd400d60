import { didYouMean } from '../common/did-you-mean.ts'
import { UsageError } from '../common/errors.ts'
import { reservedSite } from '../common/mqtt/topics.ts'
import type { SiteOptions } from '../server/readings/site-group.ts'
import type { CommandContext } from './command.ts'
import { placeOf } from './place.ts'
import type { SiteValues, Values } from './settings/settings.ts'
import { either } from './settings/types.ts'

/** The sites of the settings file, or the one of the flags. */
export async function siteOptions(
  values: Omit<SiteValues, 'name'> & Values<'stateDir'>,
  context: CommandContext,
): Promise<SiteOptions[]> {
  const sites = context.sites.length > 0 ? context.sites : [{ ...values, name: undefined }]
  return Promise.all(sites.map((site) => siteOption(site, values.stateDir, context)))
}

/** Which database, which tables in it, and which of their numbers. */
async function siteOption(
  site: Omit<SiteValues, 'name'> & { name: string | undefined },
  stateDir: string,
  { env, log }: CommandContext,
): Promise<SiteOptions> {
  const { name, tablePrefix, source, sql, label, unit, matomoSite } = site
  const where = name === undefined ? '' : `site ${name}: `
  if (name === reservedSite) {
    throw new UsageError(
      `site ${name}: at an MQTT broker that is where the desks are; choose another name`,
    )
  }
  await checkSource(where, source, sql)
  if (sql === undefined && (label !== undefined || unit !== undefined)) {
    throw new UsageError(
      `${where}--label and --unit go with --source sql; a plugin's numbers have their own words`,
    )
  }
  if (matomoSite !== undefined && source !== 'matomo') {
    throw new UsageError(`${where}--matomo-site goes with --source matomo`)
  }
  const words = {
    ...(label === undefined ? {} : { label }),
    ...(unit === undefined ? {} : { unitLabel: unit }),
  }
  const place = await placeOf(where, site, { env, log, stateDir })
  const prefix = tablePrefix ?? place.tablePrefix
  return { name, place, tablePrefix: prefix, source, sql, words, matomoSite }
}

async function checkSource(where: string, source: string, sql: string | undefined): Promise<void> {
  const { sources } = await import('../server/wordpress/sources/index.ts')
  const { sqlSource } = await import('../server/wordpress/sources/sql.ts')
  const ids = ['auto', 'sql', ...sources.map(({ id }) => id)]
  if (!ids.includes(source)) {
    throw new UsageError(
      `${where}--source: "${source}" is not known; it must be ${either(ids)}${didYouMean(source, ids)}`,
    )
  }
  if ((source === 'sql') !== (sql !== undefined)) {
    throw new UsageError(
      `${where}--source sql and --sql "SELECT …" (one row, one whole number) belong together`,
    )
  }
  if (sql !== undefined) sqlSource(sql)
}
