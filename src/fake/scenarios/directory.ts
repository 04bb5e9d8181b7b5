/**
 * The directory of the people outside. The last two digits of a number decide: most are unknown, from 50
 * on one entry has the number, from 80 on several, and from 90 on the answer is late.
 */
import type { SimulatedAnswer } from "../../model/simulation.ts";
import { isOutsideNumber } from "./people.ts";

/** The first endings of numbers that are listed, of several people, and of those that come late. */
const LISTED_FROM = 50;
const SEVERAL_FROM = 80;
const LATE_FROM = 90;
const LATE_MS = 2000;

const NAMES = ["Grace Sample", "Otto Muster", "Sofía Ejemplo", "Ines Modelo", "Łukasz Żółw"];
const COMPANIES = ["Example Bakery", "Sample & Sons", "Muster GmbH"];

/** The owner of the number. */
export function lookUp(number: string): SimulatedAnswer {
  const ending = Number(number.slice(-2));
  if (!isOutsideNumber(number) || ending < LISTED_FROM) return { entries: [], lateMs: 0 };
  const isLate = ending >= LATE_FROM;
  const count = ending >= SEVERAL_FROM && !isLate ? 2 : 1;
  const entries = Array.from({ length: count }, (_, index) => {
    const id = `C-${number.slice(-4)}-${index + 1}`;
    return {
      name: NAMES[(ending + index) % NAMES.length] ?? "",
      company: COMPANIES[ending % COMPANIES.length] ?? "",
      url: `https://crm.example.com/customers/${id}`,
      id,
    };
  });
  return { entries, lateMs: isLate ? LATE_MS : 0 };
}
