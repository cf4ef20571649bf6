/** When the record was made. */
import { systemTime } from '../system-field.ts';

export const createdAtType = systemTime('created_at');
