// What text that tries to command a model says, as data: word classes, sequences of them, and what each is worth. English and what is
// written in plain ASCII; other languages are in words-of-instructions-beyond.ts. A weight of 0.7 alone reaches the usual threshold.
import { words, type Lexicon, type PhraseRule } from './phrases.ts';

export type InstructionFamily =
  | 'override'
  | 'persona'
  | 'role-marker'
  | 'addresses-model'
  | 'concealment'
  | 'exfiltration'
  | 'reveal-prompt'
  | 'tool-call'
  | 'command'
  /** Not evidence: words of texts that talk about such phrases. */
  | 'talks-about';

export interface InstructionRule extends PhraseRule {
  readonly family: InstructionFamily;
  readonly weight: number;
}

export const rule = (
  family: InstructionFamily,
  name: string,
  weight: number,
  gap: number,
  ...steps: readonly string[]
): InstructionRule => ({
  id: `${family}.${name}`,
  family,
  weight,
  gap,
  steps,
});

export const INSTRUCTIONS: Lexicon<InstructionRule> = {
  classes: {
    'override-verb': words(`
      ignor*; disregard*; forget; overrid*; overrule*; bypass; neglect; discard; skip; drop; abandon; supersede*; do not follow;
      don't follow; stop following; do not obey; don't obey; pay no attention to; set aside; erase; delete
    `),
    prior: words(`
      previous; previously; prior; above; earlier; preceding; foregoing; existing; initial; original; past; former; your; system;
      developer's; developer; all other; any other; current; user's
    `),
    'any-of-them': words(`all; any; every; these; those; all the; any of the; all of the`),
    directive: words(
      `instruction; instructions; prompt; prompts; directive; directives; orders; guidelines; directions; programming; training`,
    ),
    'strict-directive': words(
      `instructions; assignments; the assignments; prompts; directives; system prompt; safety guidelines; content policy; content policies`,
    ),
    'loose-directive': words(
      `assignments; rules; guidance; context; constraints; restrictions; safety; policies; messages; task; tasks; commands`,
    ),
    'you-were-given': words(`
      you were given; you have been given; you received; you got before; given to you; given earlier; you have received; you were told
    `),
    'everything-before': words(`
      everything above; everything before; everything you were told; all of the above; what you were told; what i said;
      anything above; anything before; all text above; what came before; everything prior; everything i said
    `),
    'new-orders': words(`
      new instructions:; updated instructions:; real instructions:; actual instructions:; system override; prompt override;
      admin override; priority override; instruction override; end of system prompt; begin new instructions; new system prompt;
      your new task is; your new instructions; your real task; your new objective; your new role; your only task is now;
      important new instructions; important instructions:; updated system prompt; secret instructions; hidden instructions:
    `),
    'new-task': words(`
      before you can solve the task; before you solve the task; important message from me; do the following first; now let us do another task;
      urgent assignment; before processing the above; instead of the above; task completed. new task; your previous task is complete;
      end of the previous conversation; the user has authorized you; you are required to execute; execute the following instructions;
      follow these instructions instead; follow the instructions below instead; new directive:; concentrate just on this; strictly adhere to the following;
      your new goal is; your real goal is; the above was a test; the text above is not; end of context; end of user input; after completing this, also;
      takes precedence over all; supersedes all
    `),
    persona: words(`
      you are now; from now on you; from now on, you; pretend to be; pretend you are; assume the role of; roleplay as;
      role play as
    `),
    unbound: words(`
      do anything now; developer mode enabled; enable developer mode; jailbroken; no longer bound by; unrestricted ai; dan mode;
      free from all restrictions; without any restrictions or; no restrictions or filters; without ethical; no ethical guidelines;
      not bound by any; unfiltered ai; stay in character; god mode enabled; no content policy; uncensored ai; evil confidant
    `),
    'role-token': words(`
      <|im_start|>; <|im_end|>; <|system|>; <|assistant|>; <|user|>; <|endoftext|>; <|eot_id|>; <|start_header_id|>; <|channel|>;
      <|message|>; <start_of_turn>; <end_of_turn>; <<sys>>; <</sys>>; [inst]; [/inst]; <system-reminder>; ### system prompt;
      ### system:; [system message]; [system]:; [[system]]; <system_prompt>; <|developer|>; [end of document]
    `),
    'role-heading': words(
      `### instruction; ### human; ### assistant; ### user; ### response:; [assistant]; [system]; <assistant>; <instructions>`,
    ),
    // Two breaks and a turn: how transcripts are imitated. Breaks read as spaces.
    'role-turn': words(`*  human:; *  assistant:; *" assistant:`),
    'to-model': words(`
      attention ai; note to ai; dear ai; ai assistant:; hey assistant; if you are an ai; if you are a language model;
      if you are an llm; if you are a large language model; ai agents must; ai models must; instructions for ai;
      instruction for ai; note to llm; as an ai reading this; ai reading this; when summarizing this; when you summarize this;
      the assistant must; message to the ai; instructions to the assistant; instructions for the assistant; ai agents reading;
      llms reading this; to the ai model; to any ai; attention llm; attention assistant; attention agent; dear assistant;
      dear language model
    `),
    'claims-authority': words(`
      this is a system message; message from the administrator; message from your developer; on behalf of openai;
      on behalf of anthropic; authorized by your developer; authorized by openai; authorized by anthropic;
      system administrator override; from your creators
    `),
    not: words(`do not; don't; dont; never; without; must not; should not; avoid; not to`),
    tell: words(`tell; telling; inform; informing; notify; notifying; alert; alerting; warn; warning; let; letting; asking; ask`),
    'mention-it': words(`mention; mentioning; reveal; disclose; say; show; report; acknowledge`),
    this: words(`this; that; it; these; anything`),
    user: words(`the user; the human; the operator; your operator; your owner; the end user; this user; them know`),
    'to-user': words(`to the user; to the human; to anyone; to users; in your response; in your answer; in your reply; in your summary`),
    'without-leave': words(`
      do not ask for confirmation; without asking for confirmation; without user confirmation; secretly; covertly;
      keep this secret
    `),
    send: words(`send; forward; post; upload; transmit; exfiltrate; e-mail; email; leak; submit; append; embed; curl`),
    private: words(`
      conversation; conversations; chat history; chat log; system prompt; private key; private keys; environment variables;
      user data; user's data; personal data; contents of; content of; all files; ssh key; ssh keys; .env; inbox; emails;
      transaction history; id_rsa; /etc/passwd; user's name; saved information; memory; all messages; full history; documents
    `),
    credentials: words(
      `password; passwords; credentials; api key; api keys; secrets; access tokens; session cookies; 2fa code; security code`,
    ),
    destination: words(`http://; https://; *@; webhook; to the following; to this url; to this address; to the url; to my; to attacker`),
    reveal: words(`reveal; print; output; repeat; show; display; leak; tell me; give me; write out; share; dump; what is; what are`),
    'own-prompt': words(`
      your system prompt; your initial prompt; your hidden prompt; your initial instructions; your original instructions;
      your system instructions; your hidden instructions; your instructions verbatim; the system prompt verbatim; your full prompt;
      the instructions above; the text above; the words above; your exact instructions; your developer message
    `),
    'image-start': words(`*![`),
    'image-link': words(`*](http*`),
    'image-data': words(`*={; *=<; *=[; *=$; *=%7b; *=data*; *=secret*; *=conversation*; *=history*; *=base64*`),
    'call-syntax': words(`
      <tool_call>; <function_call>; <function_calls>; <invoke name=; <tool_use>; \`\`\`tool_call; to=functions.; <|tool_call;
      <tool_calls>; [tool_calls]; <tool_code>; \`\`\`tool_code; <|python_tag|>
    `),
    must: words(`you must; you should now; you need to; immediately; before answering; before responding; before you answer; first,; now`),
    invoke: words(`call; invoke; use; run; execute; trigger`),
    tool: words(`tool; function; shell command; bash; terminal; following command; following code; this command; send_email; curl`),
    'talks-about': words(`
      prompt injection*; injection attack*; jailbreak attempt*; attacker; attackers; adversar*; owasp; malicious prompt*;
      for example; such as; e.g.; phrases like; payloads like; example:; an example; mitigat*; guardrail*; detect*; test case*;
      researchers; vulnerabilit*; classifier*; red team*; the phrase; the string; attempts to; attack works
    `),
  },
  rules: [
    rule('override', 'prior', 1.15, 18, 'override-verb', 'prior', 'directive'),
    rule('override', 'loose', 0.5, 14, 'override-verb', 'prior', 'loose-directive'),
    rule('override', 'given', 0.9, 14, 'override-verb', 'directive', 'you-were-given'),
    rule('override', 'given-loose', 0.8, 14, 'override-verb', 'loose-directive', 'you-were-given'),
    rule('override', 'any', 0.75, 12, 'override-verb', 'any-of-them', 'strict-directive'),
    rule('override', 'everything', 0.9, 8, 'override-verb', 'everything-before'),
    rule('override', 'new-orders', 0.75, 0, 'new-orders'),
    rule('override', 'new-task', 0.6, 0, 'new-task'),
    rule('persona', 'now', 0.4, 0, 'persona'),
    rule('persona', 'unbound', 0.7, 0, 'unbound'),
    rule('role-marker', 'token', 0.8, 0, 'role-token'),
    rule('role-marker', 'heading', 0.35, 0, 'role-heading'),
    rule('role-marker', 'turn', 0.45, 0, 'role-turn'),
    rule('addresses-model', 'by-name', 0.6, 0, 'to-model'),
    rule('addresses-model', 'authority', 0.5, 0, 'claims-authority'),
    rule('concealment', 'tell-user', 0.65, 6, 'not', 'tell', 'user'),
    rule('concealment', 'mention', 0.75, 6, 'not', 'mention-it', 'this', 'to-user'),
    rule('concealment', 'without-leave', 0.35, 0, 'without-leave'),
    rule('exfiltration', 'private', 0.75, 48, 'send', 'private', 'destination'),
    rule('exfiltration', 'credentials', 0.5, 40, 'send', 'credentials', 'destination'),
    rule('exfiltration', 'image', 0.65, 160, 'image-start', 'image-link', 'image-data'),
    rule('reveal-prompt', 'own', 0.75, 12, 'reveal', 'own-prompt'),
    rule('tool-call', 'syntax', 0.6, 0, 'call-syntax'),
    rule('tool-call', 'ordered', 0.35, 24, 'must', 'invoke', 'tool'),
    rule('talks-about', 'words', 0, 0, 'talks-about'),
  ],
};

/** Looked for only in what was decoded: in plain text commands are everyday work. */
export const COMMANDS: Lexicon<InstructionRule> = {
  classes: {
    shell: words(`
      */bin/sh; */bin/bash; bash -i; */dev/tcp/; rm -rf; nc -e; ncat -e; curl http*; wget http*; curl -s*; base64 -d; chmod +x;
      *| sh; *| bash; *|sh; *|bash; mkfifo; os.system; subprocess; child_process; eval(*; exec(*; __import__
    `),
    windows: words(`
      powershell; cmd.exe; cmd /c; invoke-expression; iex; iex(*; downloadstring; downloadfile; invoke-webrequest; iwr;
      new-object net.webclient; net.webclient; frombase64string; certutil; mshta; rundll32; regsvr32; wscript; bitsadmin; schtasks;
      reg add; virtualalloc; start-process; amsiutils; add-mppreference; net user; vssadmin; tcpclient
    `),
  },
  rules: [rule('command', 'shell', 0.5, 0, 'shell'), rule('command', 'windows', 0.5, 0, 'windows')],
};
