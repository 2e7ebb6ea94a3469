/**
 * Joins the documents of the services as the gateway does. A schema that two services share must be
 * the same in both.
 * @param {any[]} documents
 */
export function mergeDocuments(documents) {
  const paths = Object.assign({}, ...documents.map((document) => document.paths));
  /** @type {Record<string, Record<string, unknown>>} */
  const components = {};
  for (const document of documents) {
    for (const [kind, entries] of Object.entries(document.components ?? {})) {
      const known = (components[kind] ??= {});
      for (const [name, value] of Object.entries(entries)) {
        if (name in known && JSON.stringify(known[name]) !== JSON.stringify(value)) {
          throw new Error(`Two services describe ${kind}/${name} differently.`);
        }
        known[name] = value;
      }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'NEXUS-CRM', version: documents[0].info.version },
    paths,
    components,
  };
}
