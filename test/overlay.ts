/** A thing with some of its methods replaced; all others are its own. A copy by `...` would leave out those of its class. */
export function overlay<T extends object>(thing: T, replaced: Partial<T>): T {
  return new Proxy(thing, {
    get(_, name) {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(thing, name);
      return typeof value === 'function' ? value.bind(thing) : value;
    },
  });
}
