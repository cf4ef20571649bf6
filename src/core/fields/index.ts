/** The list of field types. The compiler holds it complete. */
import type { Comparison, Field, FieldType, FieldTypeName, Storage } from './field-type.ts';
import { autonumberType } from './types/autonumber.ts';
import { checkboxType } from './types/checkbox.ts';
import { colorType } from './types/color.ts';
import { createdAtType } from './types/created-at.ts';
import { createdByType } from './types/created-by.ts';
import { currencyType } from './types/currency.ts';
import { dateType } from './types/date.ts';
import { datetimeType } from './types/datetime.ts';
import { durationType } from './types/duration.ts';
import { emailType } from './types/email.ts';
import { fileType } from './types/file.ts';
import { formulaType } from './types/formula.ts';
import { imageType } from './types/image.ts';
import { jsonType } from './types/json.ts';
import { locationType } from './types/location.ts';
import { longTextType } from './types/long-text.ts';
import { multiSelectType } from './types/multi-select.ts';
import { numberType } from './types/number.ts';
import { passwordType } from './types/password.ts';
import { percentType } from './types/percent.ts';
import { phoneType } from './types/phone.ts';
import { ratingType } from './types/rating.ts';
import { relationType } from './types/relation.ts';
import { richTextType } from './types/rich-text.ts';
import { singleSelectType } from './types/single-select.ts';
import { textType } from './types/text.ts';
import { timeType } from './types/time.ts';
import { updatedAtType } from './types/updated-at.ts';
import { updatedByType } from './types/updated-by.ts';
import { urlType } from './types/url.ts';
import { userType } from './types/user.ts';

export const fieldTypes: Readonly<Record<FieldTypeName, FieldType>> = {
  text: textType,
  long_text: longTextType,
  rich_text: richTextType,
  email: emailType,
  url: urlType,
  phone: phoneType,
  number: numberType,
  percent: percentType,
  currency: currencyType,
  rating: ratingType,
  duration: durationType,
  autonumber: autonumberType,
  checkbox: checkboxType,
  date: dateType,
  datetime: datetimeType,
  time: timeType,
  single_select: singleSelectType,
  multi_select: multiSelectType,
  location: locationType,
  file: fileType,
  image: imageType,
  relation: relationType,
  user: userType,
  color: colorType,
  json: jsonType,
  formula: formulaType,
  password: passwordType,
  created_at: createdAtType,
  updated_at: updatedAtType,
  created_by: createdByType,
  updated_by: updatedByType,
};

/** How the values of this field compare. */
export function comparisonOfField(field: Field): Comparison {
  const type = fieldTypes[field.type];
  return type.comparisonOf === undefined ? type.comparison : type.comparisonOf(field);
}

/** Storage that is a column of the table of records. */
export type ColumnStorage = Exclude<Storage, 'links' | 'system' | 'formula'>;

/** The storage class of the column that fields of a type have; null for those without one. */
export function columnStorageOf(name: FieldTypeName): ColumnStorage | null {
  const { storage } = fieldTypes[name];
  return storage === 'links' || storage === 'system' || storage === 'formula' ? null : storage;
}
