/** The word for one, or the word for several. */
export const many = (count: number, one: string, other: string) => (count === 1 ? one : other);
