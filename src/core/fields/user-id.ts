/** The form of user ids in values and their schema. */
const idForm = /^[0-9A-Za-z]{16}$/;

export const exampleUserId = 'u5Er1dExAmPlE000';

export const userIdSchema = { type: 'string', pattern: idForm.source };

export function isUserId(text: string): boolean {
  return idForm.test(text);
}
