/** Passkeys: the host's questions, put to the browser's authenticators, and their answers. */
import { postJson, Told } from './api';
import type { Challenge, Passkey } from './contract';

/** Whether this browser can, in the form that the host speaks. */
export function browserHasPasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;
}

/** What this machine is called, as far as a browser tells: a first name for its passkey. */
export function machineName(agent = navigator.userAgent): string {
  const known: [RegExp, string][] = [
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Android/, 'Android'],
    [/Macintosh/, 'Mac'],
    [/Windows/, 'Windows'],
    [/Linux|CrOS/, 'Linux'],
  ];
  return known.find(([pattern]) => pattern.test(agent))?.[1] ?? 'Passkey';
}

/** Has an authenticator make a passkey, and the host keep it. */
export async function addPasskey(name: string): Promise<Passkey> {
  const { token, publicKey } = await postJson<Challenge<PublicKeyCredentialCreationOptionsJSON>>(
    'me/passkeys/challenge',
    {},
  );
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  const credential = await asked(() => navigator.credentials.create({ publicKey: options }));
  return postJson<Passkey>('me/passkeys', { token, name, credential });
}

/** Signs in with whichever passkey the person chooses. */
export async function answerWithPasskey<SignedIn>(): Promise<SignedIn> {
  const { token, publicKey } = await postJson<Challenge<PublicKeyCredentialRequestOptionsJSON>>(
    'auth/passkeys/challenge',
    {},
  );
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  const credential = await asked(() => navigator.credentials.get({ publicKey: options }));
  return postJson<SignedIn>('auth/passkeys', { token, credential });
}

async function asked(ask: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential.toJSON();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') {
      throw new Told('passkey_known', 'This device has a passkey for your account already.');
    }
    // What else a browser says here is the same for «cancelled», «none found» and «timed out», on purpose.
    if (!(error instanceof DOMException)) throw error;
  }
  throw new Told('passkey_cancelled', 'No passkey was used: it was cancelled, or this device has none for Cloche.');
}
