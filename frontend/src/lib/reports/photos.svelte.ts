/** A photo on this device, on its way to the server. */
export interface Photo {
  id: string;
  blob: Blob;
  /** An object URL; whoever drops the photo gives it back. */
  preview: string;
  sent: boolean;
}

/** The most photos of one question. */
export const PHOTOS_MOST = 5;
