const everyMs = 3000

/** Asks until the bridge has read its first number, then begins anew. */
export function untilThereIsANumber(): void {
  const look = async () => {
    const isThere = await fetch(`v1/count${location.search}`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) location.reload()
    else setTimeout(look, everyMs)
  }
  setTimeout(look, everyMs)
}
