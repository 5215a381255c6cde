/** Deletes carts that nobody touched since `before` (ISO date). Returns how many. */
export async function deleteAbandonedCarts(pool, before) {
  const { rowCount } = await pool.query('DELETE FROM carts WHERE touched_at < $1', [before]);
  return rowCount;
}
