type Point = readonly [x: number, y: number];

/** Whether a point lies inside a closed line, by how often a ray from it crosses that line. */
export function encloses(line: Point[], [x, y]: Point): boolean {
  let inside = false;
  for (let at = 0, before = line.length - 1; at < line.length; before = at++) {
    const [x1, y1] = line[at]!;
    const [x2, y2] = line[before]!;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
