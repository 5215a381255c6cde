/** Charges through the payment API; `amount` in cents. Throws with the API's own words when it refuses. */
export async function charge({ amount, currency, order }) {
  const response = await fetch(new URL('/v1/payment_intents', process.env.PAYMENTS_URL), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.PAYMENTS_KEY ?? 'sk_test_shop'}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ amount: String(amount), currency, 'metadata[order]': order }),
  });
  const answer = await response.json();
  if (response.ok) return answer.id;
  throw new Error(
    `payment refused (${response.status}): ${answer.detail ?? answer.error?.message ?? answer.title}`,
  );
}
