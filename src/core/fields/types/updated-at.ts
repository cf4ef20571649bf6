/** When the record was last changed. */
import { systemTime } from '../system-field.ts';

export const updatedAtType = systemTime('updated_at');
