/** Who made the record. */
import { systemUser } from '../system-field.ts';

export const createdByType = systemUser('created_by');
