/** Opens the place where the content of files, or backups, are kept. */
import type { ListedStorage } from '../../core/files/storage.ts';
import { createDiskStorage } from './disk.ts';
import { createS3Storage, type S3Place } from './s3.ts';

export type FilesPlace = { readonly kind: 'disk'; readonly folder: string } | ({ readonly kind: 's3' } & S3Place);

export function openFileStorage(place: FilesPlace): ListedStorage {
  return place.kind === 'disk' ? createDiskStorage(place.folder) : createS3Storage(place);
}
