import { JitError } from '../../errors.ts';

/** The peer sent what the protocol does not allow. The session ends: nothing after it can be trusted. */
export class ProtocolViolation extends JitError<'postgres-protocol'> {
  constructor(message: string) {
    super('postgres-protocol', message);
  }
}
