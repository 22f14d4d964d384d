import { AGGREGATES, type Aggregate } from './aggregates.js';
import { calculate, compares, FUNCTIONS } from './functions.js';
import { takePeriodMs } from './period.js';
import type { QueryScanner } from './query-scanner.js';
import type { Row } from './row.js';
import { isTrue, numberOf, Time, textOf, truth, type Value } from './value.js';

/** Calculates a value for a row. `aggregated` holds the results of the aggregates of a `stats` command. */
export type Expression = (row: Row, aggregated: readonly Value[]) => Value;

/** An aggregate in a `stats` command: what it is fed with for each row. */
export interface AggregateCall {
  readonly argument: Expression;
  readonly start: () => Aggregate;
}

const COMPARISONS = ['!=', '<=', '>=', '=', '<', '>'];

/** Reads expressions. Aggregates are allowed where `aggregates` is given, and are added to it. */
export class ExpressionParser {
  readonly #scanner: QueryScanner;
  readonly #aggregates: AggregateCall[] | undefined;

  constructor(scanner: QueryScanner, aggregates?: AggregateCall[]) {
    this.#scanner = scanner;
    this.#aggregates = aggregates;
  }

  expression(): Expression {
    let left = this.#conjunction();
    while (this.#scanner.takeWord('or')) {
      const [a, b] = [left, this.#conjunction()];
      left = (row, aggregated) => truth(isTrue(a(row, aggregated)) || isTrue(b(row, aggregated)));
    }
    return left;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.#scanner.takeWord('and')) {
      const [a, b] = [left, this.#negation()];
      left = (row, aggregated) => truth(isTrue(a(row, aggregated)) && isTrue(b(row, aggregated)));
    }
    return left;
  }

  #negation(): Expression {
    if (!this.#scanner.takeWord('not')) return this.#comparison();
    const inner = this.#negation();
    return (row, aggregated) => truth(!isTrue(inner(row, aggregated)));
  }

  #comparison(): Expression {
    const scanner = this.#scanner;
    const left = this.#sum();
    if (scanner.take('=~')) return this.#like(left);
    const operator = COMPARISONS.find((symbol) => scanner.take(symbol));
    if (operator !== undefined) {
      const right = this.#sum();
      return (row, aggregated) => truth(compares(operator, left(row, aggregated), right(row, aggregated)));
    }
    const negated = scanner.takeWord('not');
    let test: Expression;
    if (scanner.takeWord('like')) test = this.#like(left);
    else if (scanner.takeWord('in')) test = this.#in(left);
    else if (negated) throw scanner.unexpected();
    else return left;
    return negated ? (row, aggregated) => truth(!isTrue(test(row, aggregated))) : test;
  }

  /** Behind `like` come a text that is contained, or a regular expression. */
  #like(left: Expression): Expression {
    const expression = this.#scanner.takeRegularExpression();
    if (expression !== undefined) {
      return (row, aggregated) => truth(expression.test(textOf(left(row, aggregated)) ?? ''));
    }
    const text = this.#scanner.takeText();
    if (text === undefined) throw this.#scanner.unexpected('expected a text or /regular expression/, found');
    return (row, aggregated) => truth((textOf(left(row, aggregated)) ?? '').includes(text));
  }

  #in(left: Expression): Expression {
    this.#scanner.expect('[');
    const members: Expression[] = [];
    do members.push(this.#sum());
    while (this.#scanner.take(','));
    this.#scanner.expect(']');
    return (row, aggregated) => {
      const value = left(row, aggregated);
      return truth(members.some((member) => compares('=', value, member(row, aggregated))));
    };
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#chain(['*', '/', '%'], () => this.#power());
  }

  #power(): Expression {
    return this.#chain(['^'], () => this.#operand());
  }

  #chain(operators: readonly string[], next: () => Expression): Expression {
    let left = next();
    for (;;) {
      const operator = operators.find((symbol) => this.#scanner.take(symbol));
      if (operator === undefined) return left;
      const [a, b] = [left, next()];
      left = (row, aggregated) => calculate(operator, a(row, aggregated), b(row, aggregated));
    }
  }

  #operand(): Expression {
    const scanner = this.#scanner;
    if (scanner.take('(')) {
      const inner = this.expression();
      scanner.expect(')');
      return inner;
    }
    if (scanner.take('-')) {
      const inner = this.#operand();
      return (row, aggregated) => calculate('-', 0, inner(row, aggregated));
    }
    const literal = scanner.takeNumber() ?? scanner.takeText();
    if (literal !== undefined) return () => literal;
    const start = scanner.position;
    const name = scanner.takeName();
    if (name === undefined) throw scanner.unexpected();
    if (scanner.query.charAt(start) === '`') return (row) => row.get(name);
    if (scanner.take('(')) return this.#call(name.toLowerCase(), start);
    if (name === 'true' || name === 'false') return () => truth(name === 'true');
    return (row) => row.get(name);
  }

  #call(name: string, start: number): Expression {
    const scanner = this.#scanner;
    if (name === 'bin') {
      const ms = takePeriodMs(scanner);
      scanner.expect(')');
      return (row) => floorTime(row.get('@timestamp'), ms, Math.floor);
    }
    if (name === 'datefloor' || name === 'dateceil') {
      const argument = this.expression();
      scanner.expect(',');
      const ms = takePeriodMs(scanner);
      scanner.expect(')');
      const round = name === 'datefloor' ? Math.floor : Math.ceil;
      return (row, aggregated) => floorTime(argument(row, aggregated), ms, round);
    }
    const aggregate = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
    if (aggregate !== undefined && this.#aggregates !== undefined) return this.#aggregate(aggregate);
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known === undefined) {
      scanner.position = start;
      throw scanner.unexpected('unknown function or one that is not allowed here:');
    }
    const parameters: Expression[] = [];
    if (!scanner.take(')')) {
      do parameters.push(this.expression());
      while (scanner.take(','));
      scanner.expect(')');
    }
    if (parameters.length < known.least || parameters.length > known.most) {
      scanner.position = start;
      throw scanner.unexpected('wrong number of arguments of');
    }
    return (row, aggregated) => known.answer(...parameters.map((parameter) => parameter(row, aggregated)));
  }

  #aggregate(aggregate: (typeof AGGREGATES)[string]): Expression {
    const scanner = this.#scanner;
    const calls = this.#aggregates ?? [];
    let argument: Expression = () => 1;
    if (!aggregate.countsRows || !(scanner.take('*') || scanner.query.charAt(scanner.position) === ')')) {
      // An aggregate of an aggregate means nothing.
      argument = new ExpressionParser(scanner).expression();
    }
    let number = 0;
    if (aggregate.takesNumber) {
      scanner.expect(',');
      const given = scanner.takeNumber();
      if (given === undefined) throw scanner.unexpected('expected a number, found');
      number = given;
    }
    scanner.expect(')');
    const slot = calls.push({ argument, start: () => aggregate.start(number) }) - 1;
    return (_, aggregated) => aggregated[slot];
  }
}

function floorTime(value: Value, ms: number, round: (number: number) => number): Value {
  const time = numberOf(value);
  return time === undefined ? undefined : new Time(round(time / ms) * ms);
}
