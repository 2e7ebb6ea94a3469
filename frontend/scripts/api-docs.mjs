// Puts the browsable API document beside the built app; the gateway serves the folder at /api/docs/.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const target = join('build', 'api-docs');
mkdirSync(target, { recursive: true });
for (const file of readdirSync('api-docs'))
  copyFileSync(join('api-docs', file), join(target, file));
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE']) {
  copyFileSync(join(swagger, file), join(target, file));
}
