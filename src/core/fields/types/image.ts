/** Pictures: as files, but uploaded ones must be images by their content. */

import { filesToText, fromStoredFiles, readFileValue, toStoredFiles } from '../../files/file-value.ts';
import { Type } from '../../schema.ts';
import type { FieldType } from '../field-type.ts';
import { exampleOfFile, fileOptionProperties, schemaOfFiles } from './file.ts';

const options = Type.Object(fileOptionProperties, { additionalProperties: false });

export const imageType: FieldType<typeof options> = {
  name: 'image',
  storage: 'json',
  comparison: null,
  options,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  refersTo: 'files',
  parse: readFileValue,
  toStored: toStoredFiles,
  fromStored: fromStoredFiles,
  toText: filesToText,
  example: (field) =>
    exampleOfFile(field, { filename: 'desk.jpg', size: 48_211, media_type: 'image/jpeg', width: 1_200, height: 800 }),
  jsonSchema: schemaOfFiles,
};
