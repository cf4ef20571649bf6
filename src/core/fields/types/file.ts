/** Files: uploaded ones, kept by the server, or references to files elsewhere. One, or with `multiple` a list. */

import {
  type FileValue,
  filePath,
  filesPerValueMax,
  filesToText,
  fromStoredFiles,
  readFileValue,
  toStoredFiles,
} from '../../files/file-value.ts';
import { Type } from '../../schema.ts';
import type { Field, FieldType, Json } from '../field-type.ts';

export const fileOptionProperties = {
  multiple: Type.Optional(Type.Boolean({ description: 'The value is a list of files.' })),
  files_max: Type.Optional(Type.Integer({ minimum: 1, maximum: filesPerValueMax, description: 'With `multiple`.' })),
  extensions: Type.Optional(
    Type.Array(Type.String({ pattern: '^[0-9a-z]{1,10}$' }), {
      maxItems: 100,
      description: 'Endings that file names may have, in lower case and without the dot. Without: any.',
    }),
  ),
  bytes_max: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Bytes of one file; never more than the plan allows.' }),
  ),
  is_private: Type.Optional(
    Type.Boolean({ description: 'Its files are answered only to links that are signed and expire.' }),
  ),
};

const options = Type.Object(
  {
    ...fileOptionProperties,
    accept: Type.Optional(
      Type.Union([Type.Literal('any'), Type.Literal('image'), Type.Literal('document')], {
        description: '`document`: PDF, text and office formats.',
      }),
    ),
  },
  { additionalProperties: false },
);

const exampleId = '4fT9xQ2LmZ8sKdPa';

/** One file, or a list of it, as the field's value. */
export function exampleOfFile(field: Field, facts: Omit<FileValue, 'id' | 'url'>): Json {
  const file: FileValue = { id: exampleId, url: filePath(exampleId, facts.filename), ...facts };
  return field.options.multiple === true ? [file] : file;
}

export function schemaOfFiles(field: Field): Record<string, unknown> {
  const whole = { type: ['integer', 'null'], minimum: 0 };
  const file = {
    type: 'object',
    properties: {
      id: { type: ['string', 'null'], description: 'Null for a file of another server.' },
      url: { type: 'string' },
      filename: { type: 'string' },
      size: { ...whole, description: 'Bytes.' },
      media_type: { type: ['string', 'null'] },
      width: { ...whole, description: 'Pixels.' },
      height: { ...whole, description: 'Pixels.' },
    },
    required: ['id', 'url', 'filename', 'size', 'media_type', 'width', 'height'],
    additionalProperties: false,
  };
  return field.options.multiple === true
    ? { type: 'array', items: file, minItems: 1, maxItems: Number(field.options.files_max ?? filesPerValueMax) }
    : file;
}

export const fileType: FieldType<typeof options> = {
  name: 'file',
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
    exampleOfFile(field, {
      filename: 'invoice.pdf',
      size: 48_211,
      media_type: 'application/pdf',
      width: null,
      height: null,
    }),
  jsonSchema: schemaOfFiles,
};
