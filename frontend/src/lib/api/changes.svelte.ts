let count = $state(0);

/** A bell that windows over a page ring after writing, so that the page under them reads again. */
export const changes = {
  get count() {
    return count;
  },
  announce() {
    count += 1;
  },
};
