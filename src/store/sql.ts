/** SQL text in pieces: a fragment is text with holes, each naming the value that it takes. A template joins fragments. */

/** `texts` has one more entry than `holes`: text, hole, text, …, text. A hole is the index of a value of the run. */
export interface Fragment {
  readonly texts: readonly string[];
  readonly holes: readonly number[];
}

/** Only fragments go into a template, so a value can never become text. */
export function sql(strings: TemplateStringsArray, ...fragments: readonly Fragment[]): Fragment {
  return concatenate(strings, fragments);
}

/** Text as it is: names that `quoted` has let through, keywords, numbers of ours. */
sql.raw = (text: string): Fragment => ({ texts: [text], holes: [] });

/** Fragments with a separator between them. */
sql.join = (fragments: readonly Fragment[], separator: Fragment = sql.raw(', ')): Fragment => {
  const parts = fragments.flatMap((fragment, position) => (position === 0 ? [fragment] : [separator, fragment]));
  return concatenate(
    Array.from({ length: parts.length + 1 }, () => ''),
    parts,
  );
};

/** The place of value number `index`. */
export function hole(index: number): Fragment {
  return { texts: ['', ''], holes: [index] };
}

function concatenate(strings: readonly string[], fragments: readonly Fragment[]): Fragment {
  const texts: string[] = [];
  const holes: number[] = [];
  let open = strings[0] ?? '';
  fragments.forEach((fragment, position) => {
    fragment.texts.forEach((text, at) => {
      if (at === 0) open += text;
      else {
        texts.push(open);
        open = text;
      }
    });
    for (const index of fragment.holes) holes.push(index);
    open += strings[position + 1] ?? '';
  });
  texts.push(open);
  return { texts, holes };
}
