import { existsSync, readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whose file is added to what the client trusts anyway: Node; Deno. */
export const added = ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'] as const;

/**
 * Whose file is all that the client trusts: OpenSSL (with it Python, Ruby, PHP) and Go; Python's requests and pip; curl;
 * Git; the AWS clients.
 */
export const whole = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
] as const;

/** The same of clients that have a file only where they are told of one: pip, npm, Cargo, Google's, Nix. */
export const wholeWhereSet = [
  'PIP_CERT',
  'NPM_CONFIG_CAFILE',
  'npm_config_cafile',
  'CARGO_HTTP_CAINFO',
  'CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE',
  'HTTPLIB2_CA_CERTS',
  'NIX_SSL_CERT_FILE',
] as const;

/** What the suite's clients trust beside what Node does, for the gate that stands in for them. */
export function trustedBeside(environment: Environment): string[] {
  const named = [...added, ...whole, ...wholeWhereSet].map((name) => readTrusted(environment[name]));
  return [...new Set([...named, systemFile()])].filter((pem) => pem !== null);
}

/** Where the distributions keep the roots that all programs trust: Debian and Alpine, Fedora, SUSE, macOS. */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Null where the system keeps none of these. */
export function systemFile(): string | null {
  return readTrusted(systemFiles.find((file) => existsSync(file)));
}

/** Null where there is no such file. */
export function readTrusted(file: string | undefined): string | null {
  if (file === undefined || file === '') return null;
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}
