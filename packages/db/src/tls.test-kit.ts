import { execFileSync } from "node:child_process";
import { chownSync, copyFileSync, statSync, chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate and its key, in two files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  /** Makes a certificate signed by this CA. */
  issue(name: string, options: { readonly host: string; readonly expired?: boolean }): Certificate;
}

/** Makes a certificate authority below the directory. */
export function createAuthority(directory: string, name = "ca"): Authority {
  const path = (file: string): string => join(directory, file);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  const [cert, key] = [path(`${name}.crt`), path(`${name}.key`)];
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", key, "-out", cert, "-subj", `/CN=${name}`, "-days", "30");
  const database = { config: path(`${name}.cnf`), index: path(`${name}.index`) };
  writeFileSync(database.index, "");
  writeFileSync(
    database.config,
    `[ca]\ndefault_ca=it\n[it]\ndatabase=${database.index}\nnew_certs_dir=${directory}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject=no\n[any]\ncommonName=supplied\n`,
  );
  return {
    cert,
    key,
    issue(of, { host, expired = false }) {
      const issued = { cert: path(`${of}.crt`), key: path(`${of}.key`) };
      const subject = ["-subj", `/CN=${of}`, "-addext", `subjectAltName=DNS:${host}`];
      openssl("req", "-new", ...newKey, "-keyout", issued.key, "-out", path(`${of}.csr`), ...subject);
      const validity = expired ? ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"] : ["-days", "30"];
      const signer = ["-config", database.config, "-cert", cert, "-keyfile", key];
      openssl("ca", "-batch", "-notext", ...signer, ...validity, "-in", path(`${of}.csr`), "-out", issued.cert);
      return issued;
    },
  };
}

/** Puts a file where the server looks for it; it refuses a key that others could read, or that is not its own. */
export function installFile(
  source: string,
  { dataDir, name }: { readonly dataDir: string; readonly name: string },
): void {
  const target = join(dataDir, name);
  const { uid, gid } = statSync(dataDir);
  copyFileSync(source, target);
  chownSync(target, uid, gid);
  chmodSync(target, 0o600);
}
