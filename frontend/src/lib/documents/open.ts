/** Shows a file in a new tab; the tab is opened at once, as browsers allow it only on a click. */
export async function openFile(read: () => Promise<Blob>): Promise<void> {
  const tab = window.open('', '_blank');
  try {
    const url = URL.createObjectURL(await read());
    if (tab) tab.location.href = url;
    else location.href = url;
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (thrown) {
    tab?.close();
    throw thrown;
  }
}

/** Gives a file to keep. */
export async function saveFile(read: () => Promise<Blob>, name: string): Promise<void> {
  const url = URL.createObjectURL(await read());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
