/** A rule answers yes, no or unknown; every answer carries the words that explain it. */
export interface Answer {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly why: string;
}

export const yes = (why: string): Answer => ({ answer: 'yes', why });
export const no = (why: string): Answer => ({ answer: 'no', why });
export const unknown = (why: string): Answer => ({ answer: 'unknown', why });

/** No beats unknown beats yes, as AND over three values; stops at the first no. */
export function allOf(parts: readonly (() => Answer)[]): Answer {
  let open: Answer | null = null;
  const met: string[] = [];
  for (const part of parts) {
    const answer = part();
    if (answer.answer === 'no') return answer;
    if (answer.answer === 'unknown') open ??= answer;
    else if (answer.why !== '') met.push(answer.why);
  }
  return open ?? yes(met.join(', '));
}

/** Yes beats unknown beats no, as OR over three values. */
export function anyOf(answers: readonly Answer[]): Answer {
  return (
    answers.find((one) => one.answer === 'yes') ??
    answers.find((one) => one.answer === 'unknown') ??
    answers[0] ??
    no('there is nothing to match')
  );
}
