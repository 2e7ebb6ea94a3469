/** The longest side of a picture that is sent, in pixels. */
export const LONGEST = 1600;
/** Servers take bodies of about a megabyte. */
export const BYTES_MOST = 900_000;

/** The size that fits, never larger than it was. */
export function fitted(width: number, height: number, longest = LONGEST) {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** How a picture is tried, until it is light enough: first by quality, then smaller. */
export const TRIES = [
  { longest: LONGEST, quality: 0.82 },
  { longest: LONGEST, quality: 0.68 },
  { longest: 1200, quality: 0.68 },
  { longest: 900, quality: 0.6 },
];

/**
 * A photo made small on this device. What the camera wrote into the file (where, when, with what) is not in the new one:
 * only its pixels are drawn, upright.
 */
export async function shrink(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    for (const { longest, quality } of TRIES) {
      const blob = await drawn(bitmap, longest, quality);
      if (blob.size <= BYTES_MOST) return blob;
    }
  } finally {
    bitmap.close();
  }
  throw new TooHeavy();
}

/** Even small it is too heavy; no photo that people take is. */
export class TooHeavy extends Error {}

async function drawn(bitmap: ImageBitmap, longest: number, quality: number): Promise<Blob> {
  const size = fitted(bitmap.width, bitmap.height, longest);
  const canvas = Object.assign(document.createElement('canvas'), size);
  const context = canvas.getContext('2d');
  if (!context) throw new TooHeavy();
  // What was transparent would turn black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size.width, size.height);
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new TooHeavy())), 'image/jpeg', quality),
  );
}
