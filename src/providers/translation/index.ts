// Translation between wire formats for the checkpoint: requests one way, answers and streams the other.
export { createAnswerTranslator, type AnswerTranslator, type StreamTranslator } from './answer.ts';
export {
  continueRequest,
  isConversationWire,
  translateRequest,
  type ConversationWire,
  type TranslationNote,
  type TranslationProblem,
} from './request.ts';
