// A planned query and who sends it -> the key under which its answer is kept, and the key of its family.
//
// The key holds everything the answer depends on. Session variables reach a statement through its bindings only, so the
// bindings tell which ones count; where one takes the whole session, all of them do.

import type { ASTNode } from 'graphql';
import { print, visit } from 'graphql/language';

import type { Session } from '../auth/types.ts';
import type { Engine } from '../execute/engine.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import type { Answer } from '../plan/answer.ts';
import type { Plan } from '../plan/plan.ts';
import type { Binding } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { sha256Hex } from '../util/sha256.ts';
import type { Caching } from './types.ts';

/** A query that may be answered from what is kept. */
export interface Question {
  readonly engine: Engine;
  readonly session: Session;
  readonly plan: Plan;
  readonly variables: VariableValues;
  /** Seconds; two queries that ask for different times share no answer. */
  readonly ttl: number;
}

export interface CacheKey {
  readonly key: string;
  readonly family: string;
  /** Whether session variables are part of it. */
  readonly isPersonal: boolean;
}

/** SHA-256 in hexadecimal of everything that the answer depends on; the family leaves out who asks, and variables. */
export async function cacheKey(caching: Caching, question: Question): Promise<CacheKey> {
  const { engine, session, plan, variables, ttl } = question;
  const of = ofPlan(plan);
  const isRelay = engine.artifact.role(session.role, session.backend).relay !== undefined;
  const family = await sha256Hex(
    JSON.stringify([await identity(caching, engine), isRelay ? 'relay' : 'graphql', of.text]),
  );
  const given = of.variables.filter((name) => Object.hasOwn(variables, name));
  const key = await sha256Hex(
    JSON.stringify([
      family,
      ttl,
      session.role,
      session.backend,
      session.trusted,
      given.map((name) => [name, variables[name]]),
      sessionValues(session, of.sessionVariables),
    ]),
  );
  return { key, family, isPersonal: of.sessionVariables === 'all' || of.sessionVariables.length > 0 };
}

const identities = new WeakMap<Engine, Promise<string>>();

/** Of the artifact and of the deployment that serves it: caches are shared by all workers of a zone. */
function identity(caching: Caching, engine: Engine): Promise<string> {
  let known = identities.get(engine);
  if (!known) {
    known = engine.artifact
      .digest()
      .then((digest) => sha256Hex(JSON.stringify([digest, caching.deployment()])));
    identities.set(engine, known);
  }
  return known;
}

type SessionNames = readonly string[] | 'all';

function sessionValues(session: Session, names: SessionNames): readonly (readonly [string, string | null])[] {
  const wanted = names === 'all' ? [...session.variables.keys()].sort() : names;
  return wanted.map((name) => [name, session.variables.get(name) ?? null]);
}

interface OfPlan {
  /** The operation with the fragments it reaches, without `@cached`. */
  readonly text: string;
  /** The variables that the text uses, sorted. */
  readonly variables: readonly string[];
  readonly sessionVariables: SessionNames;
}

const known = new WeakMap<Plan, OfPlan>();

function ofPlan(plan: Plan): OfPlan {
  let of = known.get(plan);
  if (!of) {
    of = { ...textOf(plan.operation), sessionVariables: sessionNames(plan.answer) };
    known.set(plan, of);
  }
  return of;
}

function textOf({ node, fragments }: Operation): Pick<OfPlan, 'text' | 'variables'> {
  const variables = new Set<string>();
  const reached = new Map<string, ASTNode>();
  const pending: ASTNode[] = [node.selectionSet];
  for (let next = pending.pop(); next; next = pending.pop()) {
    visit(next, {
      Variable({ name }) {
        variables.add(name.value);
      },
      FragmentSpread({ name: { value: name } }) {
        const fragment = fragments.get(name);
        if (!fragment || reached.has(name)) return;
        reached.set(name, fragment);
        pending.push(fragment);
      },
    });
  }
  const nodes: ASTNode[] = [{ ...node, directives: [] }, ...reached.values()];
  return { text: nodes.map(print).join('\n'), variables: [...variables].sort() };
}

function sessionNames(answer: Answer): SessionNames {
  switch (answer.kind) {
    case 'constant':
      return [];
    case 'statement':
      return namesIn(answer.statement.bindings);
    case 'parts':
      return namesIn(
        answer.parts.flatMap((part) => (part.kind === 'statement' ? part.statement.bindings : [])),
      );
    case 'mutation':
    case 'subscription':
      throw new Error('Invariant broken: only queries are cached');
    default:
      return unreachable(answer);
  }
}

function namesIn(bindings: readonly Binding[]): SessionNames {
  const names = new Set<string>();
  for (const binding of bindings) {
    switch (binding.kind) {
      case 'session':
        names.add(binding.name);
        break;
      case 'session_json':
        return 'all';
      case 'trace_json':
      case 'constant':
      case 'request':
      case 'rows':
      case 'cursor':
        break;
      default:
        unreachable(binding);
    }
  }
  return [...names].sort();
}
