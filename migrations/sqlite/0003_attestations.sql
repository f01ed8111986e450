-- What the platform states of a build, signed as it was built (DSSE); null for versions that were built before.

ALTER TABLE versions ADD COLUMN attestation TEXT;
