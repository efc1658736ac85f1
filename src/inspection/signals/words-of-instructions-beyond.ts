// The same as words-of-instructions.ts for Japanese, Chinese, Korean and European languages. Verbs stand where each language puts them.
import { words, type Lexicon } from './phrases.ts';
import { rule, type InstructionRule } from './words-of-instructions.ts';

export const JAPANESE_INSTRUCTIONS: Lexicon<InstructionRule> = {
  classes: {
    'ja-prior': words(`
      これまで; 以前の; 上記; 前述; 先ほど; 先程; 今まで; 従来の; 元の; 最初の; すべての; 全ての; あらゆる; システム; 与えられた;
      過去の; 既存の; あなたの; 直前の; 前の; ここまでの; 他の; 開発者の; 以上の
    `),
    'ja-directive': words(`指示; 命令; プロンプト; 指令; ガイドライン; インストラクション`),
    'ja-ignore': words(`無視; 忘れ; 破棄; 従わない; 従わず; 従うな; 守らなく`),
    'ja-loose-directive': words(`ルール; 規則; 制約; 制限; 設定; 文脈; やり取り; 内容; 会話`),
    'ja-set-aside': words(`取り消; 上書き; リセット; 解除して; 気にせず; 無効`),
    'ja-next': words(`以下の; 次の; 下記の; 新しい; 本当の; この`),
    'ja-orders': words(`指示; 命令; 手順; プロンプト; コマンド`),
    'ja-obey': words(`に従って; に従い; に従え; にのみ従; だけに従; を実行せよ; を実行して; を最優先`),
    'ja-user': words(`ユーザー; ユーザ; 利用者; 人間; 使用者; 相手; 依頼者; 管理者`),
    'ja-untold': words(`
      には伝えず; に伝えず; には知らせず; に知らせず; に伝えない; には伝えない; に知らせない; には知らせない; には言わず;
      に言わない; に教えない; には教えない; に報告しない; には報告せず; に気付かれ; に気づかれ; に悟られ; には秘密; には内緒;
      に通知せず; には見せず; に確認せず; の確認を取らず; の許可なく; には黙って; に告げず
    `),
    'ja-own-prompt': words(`システムプロンプト; 初期プロンプト; 内部指示; 内部の指示; 隠された指示; 元の指示; あなたへの指示; 上記の文章`),
    'ja-show': words(`表示; 出力; 開示; 教えて; 公開; 漏ら; 書き出; 繰り返し; 見せて; 明かし`),
    'ja-persona': words(`あなたは今から; あなたはこれから; これからあなたは; 今からあなたは; になりきって; として振る舞; のふりをし`),
    'ja-unbound': words(
      `制限のないai; 制約のないai; 開発者モード; aiを脱獄; 脱獄モード; 脱獄プロンプト; いかなる制限も受け; 倫理的な制約を; 検閲なし; 何でもできるai`,
    ),
    'ja-private': words(`
      会話; 履歴; パスワード; 認証情報; apiキー; 秘密鍵; 個人情報; 環境変数; 機密; メールの内容; ファイルの内容; 全ファイル;
      システムプロンプト
    `),
    'ja-destination': words(
      `http://; https://; webhook; 宛に; 宛て; 外部; 次のアドレス; 以下のアドレス; 次のurl; 以下のurl; 下記のurl; *@`,
    ),
    'ja-send': words(`送信し; 転送し; アップロード; 投稿し; 送って; 送付し; 送れ; 送信せ; 送ること; 送信する; 付加し; 埋め込`),
    'ja-to-model': words(`
      aiアシスタントへ; aiへの指示; aiへの命令; aiへの重要; このメッセージを読んでいるai; これを読んでいるai; llmへ;
      aiエージェントへ; アシスタントは必ず; aiは必ず; この文書を要約するai; この文書を処理するai; 言語モデルへ; aiモデルへ
    `),
    'ja-authority': words(`これはシステムメッセージ; 管理者からの指示; 開発者からの指示; 管理者権限で; システム管理者より; システム命令`),
    'ja-talks': words(`
      プロンプトインジェクション; 攻撃者; 攻撃手法; 例えば; たとえば; などの; といった; 対策; 検知; 脆弱性; 悪意のある; 事例; 研究;
      ガードレール; 注意喚起
    `),
  },
  rules: [
    rule('override', 'ja-prior', 1.15, 12, 'ja-prior', 'ja-directive', 'ja-ignore'),
    rule('override', 'ja-loose', 0.6, 12, 'ja-prior', 'ja-loose-directive', 'ja-ignore'),
    rule('override', 'ja-set-aside', 0.5, 12, 'ja-prior', 'ja-directive', 'ja-set-aside'),
    rule('override', 'ja-next', 0.45, 6, 'ja-next', 'ja-orders', 'ja-obey'),
    rule('concealment', 'ja-user', 0.75, 2, 'ja-user', 'ja-untold'),
    rule('reveal-prompt', 'ja', 0.75, 8, 'ja-own-prompt', 'ja-show'),
    rule('persona', 'ja-now', 0.4, 0, 'ja-persona'),
    rule('persona', 'ja-unbound', 0.6, 0, 'ja-unbound'),
    rule('exfiltration', 'ja', 0.75, 60, 'ja-private', 'ja-destination', 'ja-send'),
    rule('exfiltration', 'ja-first', 0.75, 60, 'ja-destination', 'ja-private', 'ja-send'),
    rule('addresses-model', 'ja', 0.6, 0, 'ja-to-model'),
    rule('addresses-model', 'ja-authority', 0.5, 0, 'ja-authority'),
    rule('talks-about', 'ja', 0, 0, 'ja-talks'),
  ],
};

/** German, French, Spanish, Portuguese, Italian: looked for in every text, since much of it is plain ASCII. */
export const EUROPEAN_INSTRUCTIONS: Lexicon<InstructionRule> = {
  classes: {
    'de-ignore': words(`ignorier*; vergiss; vergessen sie; missacht*; übergeh*; überschreib*; befolge nicht`),
    'de-prior': words(`zuvor*; vorherig*; bisherig*; obig*; früher*; vorangegangen*; vorangehend*; alle; deine; ihre; vorigen`),
    'de-directive': words(`anweisung*; aufgabe*; befehl*; instruktion*; regeln; vorgaben; anordnung*; prompts; richtlinien`),
    'fr-ignore': words(`ignore*; oublie*; ne tiens pas compte; ne tenez pas compte; négliger; néglige*; fais abstraction`),
    'fr-directive': words(`instruction*; consigne*; directives; règles; prompts; ordres`),
    'fr-prior': words(`précédent*; antérieur*; ci dessus; préalables; initiales; du système`),
    'es-ignore': words(`ignora*; ignore*; olvida*; olvide*; descarta*; haz caso omiso; no sigas; esqueça*; desconsidere*; dimentica*`),
    'es-directive': words(
      `instrucciones; indicaciones; reglas; órdenes; directrices; instruções; regras; ordens; istruzioni; regole; comandi`,
    ),
    'es-prior': words(`anteriores; previas; precedentes; de arriba; del sistema; acima; prévias; do sistema; precedenti; anteriori`),
  },
  rules: [
    rule('override', 'de', 1.15, 20, 'de-ignore', 'de-prior', 'de-directive'),
    rule('override', 'fr', 1.15, 20, 'fr-ignore', 'fr-directive', 'fr-prior'),
    rule('override', 'es', 1.15, 20, 'es-ignore', 'es-directive', 'es-prior'),
  ],
};

/** Chinese, Korean, Russian. */
export const EASTERN_INSTRUCTIONS: Lexicon<InstructionRule> = {
  classes: {
    'zh-ignore': words(`忽略; 无视; 忘记; 忽視; 無視; 忘記; 不要遵守; 不要理会; 绕过`),
    'zh-prior': words(`之前; 以上; 先前; 上面; 前面; 所有; 上述; 此前; 系统; 系統; 原来`),
    'zh-directive': words(`指令; 指示; 提示; 命令; 规则; 規則; 内容; 要求; 限制; 设定`),
    'zh-not': words(`不要; 别; 不得; 请勿; 不能; 無需; 无需`),
    'zh-tell': words(`告诉; 告知; 通知; 告訴; 提醒; 透露给`),
    'zh-user': words(`用户; 使用者; 用戶; 任何人`),
    'ko-prior': words(`이전; 위의; 앞의; 기존; 모든; 지금까지; 시스템`),
    'ko-directive': words(`지시; 명령; 프롬프트; 규칙; 지침; 설정; 내용`),
    'ko-ignore': words(`무시; 잊어; 잊으; 따르지`),
    'ru-ignore': words(`игнорир*; проигнорир*; забудь*; не следуй*; отмени*; пренебрег*`),
    'ru-prior': words(`предыдущ*; прежн*; все; выше*; свои; системн*; ранее`),
    'ru-directive': words(`инструкц*; указани*; команд*; правил*; промпт*`),
  },
  rules: [
    rule('override', 'zh', 1.15, 8, 'zh-ignore', 'zh-prior', 'zh-directive'),
    rule('concealment', 'zh', 0.75, 3, 'zh-not', 'zh-tell', 'zh-user'),
    rule('override', 'ko', 1.15, 10, 'ko-prior', 'ko-directive', 'ko-ignore'),
    rule('override', 'ru', 1.15, 16, 'ru-ignore', 'ru-prior', 'ru-directive'),
  ],
};
