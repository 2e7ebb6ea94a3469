/** Calls `work` once things have been quiet for a while. */
export function debounce<A extends unknown[]>(work: (...args: A) => void, quietMs = 250) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const debounced = (...args: A) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), quietMs);
  };
  debounced.cancel = () => clearTimeout(timer);
  return debounced;
}
