import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingPackages, registryAddresses } from './check-lock-file.ts';

test('a platform package that is named and not held is found, with its platform', () => {
  const packages = {
    'node_modules/tool': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: {
        '@tool/cli-linux-x64': '2.0.0',
        '@tool/cli-linux-arm64-musl': '2.0.0',
        '@tool/cli-win32-x64': '2.0.0',
      },
    },
    'node_modules/@tool/cli-linux-x64': { version: '2.0.0', optional: true },
  };
  assert.deepEqual(missingPackages(packages), {
    'node_modules/@tool/cli-linux-arm64-musl': {
      version: '2.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
    },
    'node_modules/@tool/cli-win32-x64': { version: '2.0.0', dev: true, optional: true, os: ['win32'], cpu: ['x64'] },
  });
});

test('an address of a registry is found, whether by its name or because npm uses it here', () => {
  const scheme = 'https:';
  assert.deepEqual(registryAddresses(`see ${scheme}//registry.example.org/x`, undefined), [
    `${scheme}//registry.example.org`,
  ]);
  assert.deepEqual(registryAddresses('packages.example.net is near', `${scheme}//packages.example.net/npm/`), [
    'packages.example.net',
  ]);
  assert.deepEqual(registryAddresses(`${scheme}//example.org/registry and registry.get(x.y.z)`, undefined), []);
});
