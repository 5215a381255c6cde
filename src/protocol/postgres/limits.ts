/** MAX_STARTUP_PACKET_LENGTH of PostgreSQL (src/include/libpq/pqcomm.h). */
export const startupPacketLimit = 10_000;

/** PQ_LARGE_MESSAGE_LIMIT (src/include/libpq/libpq.h): MaxAllocSize - 1, just under 1 GiB. */
export const messageLimit = 0x3fffffff - 1;

/** PQ_SMALL_MESSAGE_LIMIT (src/include/libpq/libpq.h): messages that carry no data. */
export const smallMessageLimit = 10_000;

/** NAMEDATALEN - 1: statements and portals whose names agree in so many bytes are the same to the server. */
export const nameLimit = 63;
