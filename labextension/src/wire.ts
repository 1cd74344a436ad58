// Generated from kitops_jupyter/server/wire.py: do not edit.

export interface RegistryRow {
  name: string;
  url: string;
  plain_http: boolean;
  signed_in_as: string;
  is_named: boolean;
}

export interface Status {
  version: string;
  epoch: string;
  store: string;
  browse_home: string;
  registries: RegistryRow[];
  default_repository: string;
  extras: { [name: string]: boolean };
}

export interface LocalTag {
  tag: string;
  reference: string;
  digest: string;
  size_bytes: number;
  created: string;
  kit_name: string;
  problem: string;
}

export interface LocalRepository {
  name: string;
  tags: LocalTag[];
}

export interface LocalList {
  stamp: string;
  size_bytes: number;
  repositories: LocalRepository[];
  problems: string[];
}

export interface Page {
  items: string[];
  next: string;
}

export interface Error {
  code: string;
  message: string;
  hint: string;
  details: string[];
}

export interface Summary {
  reference: string;
  digest: string;
  size_bytes: number;
  created: string;
  kit_name: string;
  is_local: boolean;
  layers_here: number;
  layers: number;
  error: Error | null;
}

export interface LayerRow {
  key: string;
  section: string;
  name: string;
  path: string;
  digest: string;
  size_bytes: number;
  media_type: string;
  is_here: boolean;
  can_list: boolean;
  can_pick_files: boolean;
  filter: string;
  remote_path: string;
}

export interface KitView {
  reference: string;
  digest: string;
  size_bytes: number;
  created: string;
  kit_name: string;
  kit_version: string;
  description: string;
  authors: string[];
  license: string;
  is_local: boolean;
  kitfile_yaml: string;
  layers: LayerRow[];
  annotations: { [key: string]: string };
  tags: string[];
}

export interface FileRow {
  name: string;
  path: string;
  is_dir: boolean;
  size_bytes: number;
  files: number;
  filter: string;
}

export interface FilePage {
  items: FileRow[];
  next: string;
  total_files: number;
  is_verified: boolean;
}

export interface NotebookView {
  path: string;
  size_bytes: number;
  notebook: { [key: string]: unknown };
  is_verified: boolean;
}

export interface DiffRow {
  section: string;
  name: string;
  path: string;
  change: 'added' | 'removed' | 'changed' | 'same';
  a_size: number;
  b_size: number;
  a_digest: string;
  b_digest: string;
}

export interface DiffFile {
  path: string;
  layer: string;
  change: 'added' | 'removed' | 'changed' | 'same';
  a_size: number;
  b_size: number;
}

export interface DiffView {
  a: string;
  b: string;
  layers: DiffRow[];
  files: DiffFile[];
  kitfile: string;
  truncated: boolean;
}

export interface HistoryRow {
  tag: string;
  digest: string;
  created: string;
  size_bytes: number;
  kit_name: string;
  problem: string;
}

export interface PullCheck {
  moved_bytes: number;
  here_bytes: number;
  files: number;
  conflicts: string[];
  command: string;
  beside: string;
  beside_command: string;
}

export interface PackLayer {
  section: string;
  name: string;
  path: string;
  files: number;
  size_bytes: number;
}

export interface Problem {
  line: number;
  column: number;
  field: string;
  message: string;
  hint: string;
}

export interface PackCheck {
  kitfile: string;
  is_proposed: boolean;
  layers: PackLayer[];
  left_out: string[][];
  warnings: string[];
  problems: Problem[];
  command: string;
}

export interface JobItem {
  name: string;
  done_bytes: number;
  total_bytes: number | null;
  state: string;
  note: string;
}

export interface JobResult {
  digest: string;
  moved_bytes: number;
  here_bytes: number;
  directory: string;
  files: number;
  text: string;
}

export interface Job {
  id: string;
  seq: number;
  kind: 'pull' | 'push' | 'pack' | 'unpack' | 'copy' | 'remove';
  title: string;
  reference: string;
  command: string;
  state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  started: string;
  ended: string;
  done_bytes: number;
  total_bytes: number | null;
  bytes_per_s: number;
  items: JobItem[];
  result: JobResult | null;
  error: Error | null;
}

export interface JobList {
  epoch: string;
  seq: number;
  jobs: Job[];
}

export interface Done {
  command: string;
  text: string;
}

export interface Removed {
  freed_bytes: number;
  references: string[];
  text: string;
}

export interface Validated {
  accepted: boolean;
  problems: Problem[];
  config: string;
  yaml: string;
}
