/**
 * @actions/core, when there is something to say by it. It brings undici, which takes 60 ms to load: the suite's
 * first command need not wait for that.
 */
export const toolkit = () => import('@actions/core');
