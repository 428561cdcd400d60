/** Goes to the site that is chosen, with what else the address says. */
export function startSiteChoice(): void {
  const choice = document.querySelector<HTMLSelectElement>('#site-choice')
  choice?.addEventListener('change', () => {
    const query = new URLSearchParams(location.search)
    query.set('site', choice.value)
    query.delete('all')
    location.search = query.toString()
  })
}
