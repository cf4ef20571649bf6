/** Opens the place where the content of files is kept. */
import type { FileStorage } from '../../core/files/storage.ts';
import { createDiskStorage } from './disk.ts';
import { createS3Storage, type S3Place } from './s3.ts';

export type FilesPlace = { readonly kind: 'disk'; readonly folder: string } | ({ readonly kind: 's3' } & S3Place);

export function openFileStorage(place: FilesPlace): FileStorage {
  return place.kind === 'disk' ? createDiskStorage(place.folder) : createS3Storage(place);
}
