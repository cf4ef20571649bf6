/** Who last changed the record. */
import { systemUser } from '../system-field.ts';

export const updatedByType = systemUser('updated_by');
