// Texts in pieces, and bounds that keep Cedar inside its stack. A process of its own: what overflows it spoils it for good.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { shippedCedar } from './shipped.ts';
import { splitPolicies } from './split.ts';

const when = (condition: string): string => `permit (principal, action, resource) when { ${condition} };`;

describe('splitting a text into policies', () => {
  it('ends a policy at its semicolon, not at one in a string or a comment', () => {
    const text = `// a; b\n\n@reason("c; \\"d;") // e;\npermit (principal, action, resource);\n  forbid;`;
    assert.deepEqual(
      splitPolicies(text).map((piece) => [piece.line, piece.text]),
      [
        [3, '@reason("c; \\"d;") // e;\npermit (principal, action, resource);'],
        [5, 'forbid;'],
      ],
    );
  });

  it('keeps what stands behind the last semicolon, unless it is blank', () => {
    assert.deepEqual(splitPolicies(' // x\n'), []);
    assert.deepEqual(
      splitPolicies('permit;\npermit ').map(({ line, text }) => [line, text]),
      [
        [1, 'permit;'],
        [2, 'permit '],
      ],
    );
  });

  it('loses nothing but blanks and comments between policies, whatever the text', () => {
    const parts = fc.constantFrom('permit', '"', '\\', ';', '//', '\n', ' ', '(', ')', '{', 'é', '関');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (all) => {
        const text = all.join('');
        let rest = text;
        for (const piece of splitPolicies(text)) {
          const [blank] = /^(?:\s|\/\/[^\r\n]*)*/.exec(rest)!;
          assert.ok(rest.startsWith(piece.text, blank.length));
          rest = rest.slice(blank.length + piece.text.length);
        }
        assert.match(rest, /^(?:\s|\/\/[^\r\n]*)*$/);
      }),
    );
  });

  it('stops at depth, operators and length', () => {
    const problem = (text: string): string | undefined => splitPolicies(text)[0]?.problem?.message;
    assert.match(problem(when(`${'('.repeat(24)}true${')'.repeat(24)}`))!, /brackets/);
    assert.match(problem(when(Array(129).fill('!true').join(' && ')))!, /operators/);
    assert.match(problem(when(`"${'x'.repeat(16_384)}" == ""`))!, /bytes/);
    assert.equal(problem(when(`"${'(!'.repeat(300)}" == ""`)), undefined);
  });

  it('lets through nothing that overflows Cedar', async () => {
    const { library, schema } = await shippedCedar();
    const deep = (count: number, open: string, inner: string, close: string): string => open.repeat(count) + inner + close.repeat(count);
    const chain = (count: number, part: string, last: string): string => part.repeat(count) + last;
    const worst = [
      deep(23, '(', chain(250, 'true || ', 'true'), ')'),
      deep(23, '(', chain(62, 'context.data.level == 1 || ', 'true'), ')'),
      deep(22, '[', chain(250, '1 + ', '1'), ']'),
      deep(22, '{ a: ', chain(250, '1 + ', '1'), '}'),
      deep(22, 'if (', chain(120, 'if true then true else ', 'true'), ') then true else true'),
      `principal${'.a'.repeat(253)} == 1`,
      deep(22, '[', `[${chain(8_000, '1,', '1')}]`, ']'),
      deep(22, '(!', chain(220, 'true && ', 'true'), ')'),
    ];
    for (const condition of worst) {
      const [piece] = splitPolicies(when(condition));
      assert.equal(piece!.problem, undefined, condition.slice(0, 40));
      const policies = { staticPolicies: { worst: piece!.text } };
      library.validate({ validationSettings: { mode: 'strict' }, schema, policies });
      library.policyToJson(piece!.text);
      library.preparsePolicySet('worst', policies);
    }
    // It still answers.
    assert.equal(library.checkParsePolicySet({ staticPolicies: { fine: when('true') } }).type, 'success');
  });
});
