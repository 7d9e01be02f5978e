// Sockets and their subscriptions -> rows of the object's SQLite, and back after it slept: it is what says who subscribes.

import type { Session } from '../../auth/types.ts';
import type { GraphqlRequest } from '../../execute/engine.ts';
import { must } from '../../util/assert.ts';
import { parseJson } from '../../util/exact-number.ts';
import type { CohortInfo, GroupInfo } from '../types.ts';
import type { PlainSession } from './opening.ts';
import { plainSession, sessionOfPlain } from './opening.ts';
import type { Client, Cohort, Operation, Subscription } from './types.ts';

/** A client as it was kept. */
export interface KeptClient {
  readonly id: string;
  readonly session: Session;
  readonly headers: Headers;
  /** It was too far behind: what waited for it is lost. */
  readonly isHeld: boolean;
}

export interface KeptOperation {
  readonly client: string;
  readonly id: string;
  readonly request: GraphqlRequest;
  readonly cohort: string;
  readonly streamId: string;
}

export interface KeptCohort {
  readonly poller: string;
  readonly group: GroupInfo;
  readonly info: CohortInfo;
  readonly cursor: Cohort['cursor'];
}

export interface Kept {
  readonly version: string | null;
  readonly clients: readonly KeptClient[];
  readonly cohorts: readonly KeptCohort[];
  readonly operations: readonly KeptOperation[];
}

export interface Store {
  /** Everything that is kept. */
  read(): Kept;
  /** A client is known, or somebody else than it was. */
  putClient(client: Client, session: Session): void;
  setHeld(client: Client, isHeld: boolean): void;
  /** Forgets a client and its operations. */
  deleteClient(id: string): void;
  putOperation(operation: Operation, subscription: Subscription): void;
  deleteOperation(client: string, id: string): void;
  /** `isNewGroup`: it is the first of its group. */
  putCohort(cohort: Cohort, isNewGroup: boolean): void;
  /** `isLastOfGroup`: no other of its group is left. */
  deleteCohort(cohort: string, group: string, isLastOfGroup: boolean): void;
  setCursor(cohort: Cohort): void;
  /** What the subscriptions were planned with. */
  setVersion(version: string): void;
  /** Forgets everything. */
  clear(): Promise<void>;
}

const TABLES = `
  create table if not exists client (id text primary key, session text, headers text, is_held text) without rowid;
  create table if not exists operation (client text, id text, request text, cohort text, stream text,
    primary key (client, id)) without rowid;
  create table if not exists grp (key text primary key, poller text, info text);
  create table if not exists cohort (key text primary key, grp text, info text, cursor text);
  create table if not exists version (one integer primary key, version text);
`;

/** The store of an object; its tables are there while something is kept. */
export function createStore(storage: DurableObjectStorage): Store {
  const { sql } = storage;
  let isReady = false;

  function run(statement: string, ...values: (string | number | null)[]): void {
    if (!isReady) sql.exec(TABLES);
    isReady = true;
    sql.exec(statement, ...values);
  }

  /** All columns that are read are text. */
  function rows(statement: string): readonly Record<string, string>[] {
    return sql.exec<Record<string, string>>(statement).toArray();
  }

  return {
    read() {
      const known = rows(`select name from sqlite_master where name = 'version'`);
      if (known.length === 0) return { version: null, clients: [], cohorts: [], operations: [] };
      const [version] = rows('select version from version');
      return {
        version: version ? text(version['version']) : null,
        clients: rows('select * from client').map((row) => ({
          id: text(row['id']),
          session: sessionOfPlain(JSON.parse(text(row['session'])) as PlainSession),
          headers: new Headers(JSON.parse(text(row['headers'])) as [string, string][]),
          isHeld: row['is_held'] === '1',
        })),
        cohorts: rows(
          'select c.info, c.cursor, g.poller, g.info as grp from cohort c join grp g on g.key = c.grp',
        ).map((row) => ({
          poller: text(row['poller']),
          group: JSON.parse(text(row['grp'])) as GroupInfo,
          info: JSON.parse(text(row['info'])) as CohortInfo,
          cursor: JSON.parse(text(row['cursor'])) as Cohort['cursor'],
        })),
        operations: rows('select * from operation').map((row) => ({
          client: text(row['client']),
          id: text(row['id']),
          request: parseJson(text(row['request'])) as GraphqlRequest,
          cohort: text(row['cohort']),
          streamId: text(row['stream']),
        })),
      };
    },
    putClient({ id, headers }, session) {
      run(
        `insert or replace into client values (?, ?, ?, '0')`,
        id,
        JSON.stringify(plainSession(session)),
        JSON.stringify([...headers]),
      );
    },
    setHeld: ({ id }, isHeld) => run('update client set is_held = ? where id = ?', isHeld ? '1' : '0', id),
    deleteClient(id) {
      run('delete from client where id = ?', id);
      run('delete from operation where client = ?', id);
    },
    putOperation({ client, id, request }, { cohort, streamId }) {
      run(
        'insert or replace into operation values (?, ?, ?, ?, ?)',
        client.id,
        id,
        JSON.stringify(request),
        cohort.info.key,
        streamId,
      );
    },
    deleteOperation: (client, id) => run('delete from operation where client = ? and id = ?', client, id),
    putCohort({ info, group, poller, cursor }, isNewGroup) {
      if (isNewGroup)
        run('insert or replace into grp values (?, ?, ?)', group.key, poller, JSON.stringify(group));
      run(
        'insert or replace into cohort values (?, ?, ?, ?)',
        info.key,
        group.key,
        JSON.stringify(info),
        JSON.stringify(cursor),
      );
    },
    deleteCohort(cohort, group, isLastOfGroup) {
      run('delete from cohort where key = ?', cohort);
      if (isLastOfGroup) run('delete from grp where key = ?', group);
    },
    setCursor: ({ info, cursor }) =>
      run('update cohort set cursor = ? where key = ?', JSON.stringify(cursor), info.key),
    setVersion: (version) => run('insert or replace into version values (1, ?)', version),
    async clear() {
      isReady = false;
      // Both begin now: what is put while they end is kept.
      await Promise.all([storage.deleteAlarm(), storage.deleteAll()]);
    },
  };
}

function text(value: string | undefined): string {
  return must(value, 'no column is null');
}
