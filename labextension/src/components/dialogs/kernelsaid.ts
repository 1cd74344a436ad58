// What a kernel says, checked: whatever code runs in it can say anything.

import type { Error as WireError, JobItem, JobResult } from '../../wire';

export const ROLES = ['model', 'dataset', 'metric', 'param'] as const;

/** What a variable is packed as. */
export type Role = (typeof ROLES)[number];

export interface IVariable {
  name: string;
  type: string;
  /** How it is most likely meant. */
  role: Role;
  shape: readonly number[];
  sizeBytes: number | null;
  items: number | null;
}

export interface IListing {
  /** Where the kernel works: in the notebook's folder, elsewhere, or where that folder is not. */
  place: 'here' | 'elsewhere' | 'unseen';
  total: number;
  variables: readonly IVariable[];
}

/** How far a line is, or how it ended. */
interface IReport {
  progress?: { done_bytes: number; total_bytes: number | null; items: JobItem[] };
  result?: JobResult;
  error?: WireError;
}

const VARIABLES = 2000;
const DIMENSIONS = 8;
const ITEMS = 12;
const DETAILS = 50;

/** A name of Python, which is one word of a line and nothing else. */
const NAME = /^[\p{XID_Start}_]\p{XID_Continue}{0,99}$/u;

/** The variables; null where that is no list of them. What is wrong with one leaves it out. */
export function listingOf(said: unknown): IListing | null {
  const { place, total, variables } = fieldsOf(said);
  if ((place !== 'here' && place !== 'elsewhere' && place !== 'unseen') || !isCount(total)) {
    return null;
  }
  const found = listOf(variables, VARIABLES).flatMap(each => variableOf(each) ?? []);
  const byName = new Map(found.map(each => [each.name, each]));
  return { place, total: Math.max(total, byName.size), variables: [...byName.values()] };
}

export function reportOf(said: unknown): IReport {
  const { progress, result, error } = fieldsOf(said);
  const told: IReport = {};
  if (progress) {
    const { done_bytes: done, total_bytes: total, items } = fieldsOf(progress);
    told.progress = { done_bytes: countOf(done) ?? 0, total_bytes: countOf(total), items: itemsOf(items) };
  }
  if (result) {
    const { digest, files, size_bytes: bytes, text } = fieldsOf(result);
    const counts = { files: countOf(files) ?? 0, size_bytes: countOf(bytes) ?? 0, moved_bytes: 0, here_bytes: 0 };
    told.result = { digest: textOf(digest, 200), ...counts, directory: '', text: textOf(text, 20_000) };
  }
  if (error) {
    const { code, message, hint, details } = fieldsOf(error);
    const lines = listOf(details, DETAILS).map(each => textOf(each, 1000));
    told.error = { code: textOf(code, 100), message: textOf(message, 2000), hint: textOf(hint, 1000), details: lines };
  }
  return told;
}

function variableOf(said: unknown): IVariable | null {
  const { name, type, role, shape, size_bytes: bytes, items } = fieldsOf(said);
  const known = ROLES.find(each => each === role);
  if (typeof name !== 'string' || !NAME.test(name) || !known) {
    return null;
  }
  const sizes = listOf(shape, DIMENSIONS).filter(isCount);
  return { name, type: textOf(type, 100), role: known, shape: sizes, sizeBytes: countOf(bytes), items: countOf(items) };
}

function itemsOf(said: unknown): JobItem[] {
  return listOf(said, ITEMS).map(each => {
    const { name, done_bytes: done, total_bytes: total, state, note } = fieldsOf(each);
    const counts = { done_bytes: countOf(done) ?? 0, total_bytes: countOf(total) };
    return { name: textOf(name, 300), ...counts, state: textOf(state, 20), note: textOf(note, 100) };
  });
}

const fieldsOf = (said: unknown): { [name: string]: unknown } =>
  typeof said === 'object' && said !== null ? (said as { [name: string]: unknown }) : {};
const listOf = (said: unknown, limit: number): unknown[] => (Array.isArray(said) ? said.slice(0, limit) : []);
const isCount = (said: unknown): said is number => Number.isSafeInteger(said) && (said as number) >= 0;
const countOf = (said: unknown): number | null => (isCount(said) ? said : null);
const textOf = (said: unknown, limit: number): string => (typeof said === 'string' ? said.slice(0, limit) : '');
