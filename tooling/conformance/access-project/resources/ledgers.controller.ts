import type { ControllerContext } from "@shaperail/rest";

/** Hands on what it was given; there may be no input. */
export function tidy({ session, user }: ControllerContext): void {
  session["user"] = user;
}

/** Says who made the row, if anybody is known. */
export function sign({ session, response_extras: extras }: ControllerContext): void {
  extras["signed"] = session["user"] !== null;
}
