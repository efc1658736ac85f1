// Words of cyber work by capability in Japanese. In Japanese the verb comes last, so objects stand before actions in sequences.
import { words, type Lexicon, type WordClasses } from './phrases.ts';
import { lexiconOf, sequence, type CapabilityRule, type CapabilityTag, type ContextTag, type TagWords } from './words-of-capabilities.ts';

const JAPANESE_TAGS: Partial<Record<CapabilityTag | ContextTag, TagWords>> = {
  'vulnerability-research': {
    strong: words(`ゼロデイ; ファジング; 解放後使用; ヒープオーバーフロー; バグバウンティ; 脆弱性調査; 脆弱性研究`),
    usual: words(`
      バッファオーバーフロー; リバースエンジニアリング; 逆アセンブル; 逆コンパイル; sqlインジェクション;
      クロスサイトスクリプティング; ペネトレーションテスト; 侵入テスト; 脆弱性診断; 概念実証; 攻撃対象領域; パストラバーサル;
      メモリ破壊; バイナリ解析
    `),
    weak: words(`脆弱性; 弱点; セキュリティホール`),
  },
  'exploit-development': {
    strong: words(`エクスプロイト; シェルコード; ropチェーン; 攻撃コード; 武器化; サンドボックス脱出`),
    usual: words(`
      リモートコード実行; 任意コード実行; 任意のコードを実行; コードインジェクション; コマンドインジェクション; 悪用コード;
      攻撃ツール
    `),
    weak: words(`ペイロード; 悪用; 脆弱性を突`),
  },
  malware: {
    strong: words(`
      ランサムウェア; ランサムウエア; マルウェア; マルウエア; キーロガー; ルートキット; ボットネット; トロイの木馬; スパイウェア;
      バックドア; ウェブシェル; 情報窃取型; ワイパー型; 身代金要求
    `),
    usual: words(`コンピュータウイルス; 不正プログラム; 悪意のあるコード; 悪意あるマクロ; プロセスインジェクション; 自己増殖`),
    weak: words(`ウイルス; ワーム; 感染させ`),
  },
  credentials: {
    strong: words(`
      パスワードスプレー; クレデンシャルダンプ; 認証情報の窃取; パスワードクラック; パスワード解析; リスト型攻撃; 総当たり攻撃;
      ブルートフォース; セッションハイジャック; パスザハッシュ
    `),
    usual: words(`認証情報を盗; パスワードを盗; ハッシュを解読; 辞書攻撃; 多要素認証を回避; 認証情報を抽出`),
    weak: words(`認証情報; クレデンシャル; パスワードハッシュ`),
  },
  'command-and-control': {
    strong: words(`
      c2サーバ; c&cサーバ; 指令サーバ; コマンドアンドコントロール; リバースシェル; ドメインフロンティング; dnsトンネリング;
      秘匿通信路; 遠隔操作型
    `),
    usual: words(`ビーコン通信; 外部の指令; 遠隔操作ツール; c2通信; c2`),
    weak: words(`ビーコン; トンネリング; 踏み台`),
  },
  evasion: {
    strong: words(`
      検知回避; 検知を回避; 検出を回避; 検知を逃れ; アンチウイルスを回避; edrを回避; 痕跡を消; ログを消去; ログの消去; 解析妨害;
      サンドボックス回避; 環境寄生型; アンチフォレンジック
    `),
    usual: words(`難読化; ステガノグラフィ; ファイルレス; 偽装し; ログの改ざん; ステルス`),
    weak: words(`回避; 隠蔽; 迂回`),
  },
  'post-exploitation': {
    strong: words(`
      横展開; ラテラルムーブメント; 水平移動; 権限昇格; 特権昇格; 永続化; データ持ち出し; 情報の持ち出し; 管理者権限を奪;
      管理者権限の奪取
    `),
    usual: words(`侵入後; 窃取; 不正アクセス; 乗っ取; ドメイン管理者`),
    weak: words(`権限を取得; 不正に取得`),
  },
  'ot-ics': {
    strong: words(`
      産業用制御; 産業制御; 制御システム; プログラマブルロジックコントローラ; ラダー; 安全計装; scada; modbus; 監視制御; dnp3;
      dcs
    `),
    usual: words(
      `hmi; 変電所; 発電所; 浄水場; スマートグリッド; 電力系統; 計装; 制御盤; 遠方監視; 連動装置; 保護リレー; otネットワーク; plc`,
    ),
    weak: words(`タービン; バルブ; 工場; センサー`),
  },
  reconnaissance: {
    strong: words(`ポートスキャン; サブドメイン列挙; バナー取得; オシント; osint; nmap; shodan`),
    usual: words(`偵察; ネットワークスキャン; 脆弱性スキャン; 開いているポート; 列挙; フィンガープリント`),
    weak: words(`スキャン; 標的組織; 対象のネットワーク`),
  },
  'social-engineering': {
    strong: words(`
      フィッシング; 標的型メール; 標的型攻撃メール; ソーシャルエンジニアリング; ビジネスメール詐欺; なりすましメール; 水飲み場攻撃;
      スミッシング
    `),
    usual: words(`偽サイト; 偽のログイン; 類似ドメイン; なりすまし; ディープフェイク`),
    weak: words(`だまし; 騙し; 巧妙な`),
  },
  defence: {
    strong: words(`
      検知ルール; シグマルール; インシデント対応; インシデントレスポンス; 脅威ハンティング; 侵入検知; 侵入防止; パッチ管理;
      パッチ適用; 脆弱性管理
    `),
    usual: words(`
      フォレンジック; ログ分析; セキュリティ監視; 堅牢化; 緩和策; 侵害指標; 修正プログラム; 再発防止; トリアージ; マルウェア解析;
      最小権限; 対処方針
    `),
    weak: words(`監視; 対策; アラート; ファイアウォール; バックアップ; 監査; 復旧`),
  },
  general: {
    usual: words(`サイバー; 情報セキュリティ; ハッキング; ハッカー; 攻撃者; 脅威インテリジェンス; レッドチーム`),
    weak: words(`セキュリティ; 攻撃; 侵入; 暗号化; 認証; 不審`),
  },
  'context-make': {
    usual: words(`
      作成し; 作って; 作る; 書いて; 開発し; 実装し; 生成し; 設計し; 実行し; 仕掛け; を利用して; 悪用し; 配布し; 方法を教え;
      手順を教え; 構築し
    `),
  },
  'context-defend': {
    usual: words(`
      検知; 検出; 防止; 防御; 防ぐ; 防ぎ; 対策; 保護; 遮断; 緩和; 修正; 調査; 分析; 解析; 対応; 除去; 駆除; 監視; 報告; 注意喚起;
      特定し; 封じ込め; ルール; クエリ; 計画; 一覧; 要約; 説明; 復旧; 研修; 訓練; 確認; 見つけ; 見分け; 特徴; 兆候; 事例
    `),
  },
};

const JAPANESE_CLASSES: WordClasses = {
  'ja-credential': words(`パスワード; 認証情報; ハッシュ; クッキー; トークン; 秘密鍵; キー入力`),
  'ja-steal': words(`盗む; 盗み; 盗ん; 窃取; 抜き取; 奪う; 奪い; 抽出; ダンプ; 収集する; 傍受`),
  'ja-control': words(
    `アンチウイルス; ウイルス対策; edr; 検知; 検出; ファイアウォール; サンドボックス; ログ; 監視; uac; amsi; 防御; defender`,
  ),
  'ja-defeat': words(`回避; すり抜け; 無効化; 無効にし; バイパス; 逃れ; 停止させ; 消去`),
  'ja-weak-point': words(`脆弱性; 設定不備; 欠陥; カーネル; ゼロデイ`),
  'ja-attack': words(`悪用する; 悪用し; 突いて; 攻撃する; 攻撃し; 突く`),
  'ja-plant': words(`制御システム; plc; scada; 発電所; 変電所; 電力系統; 浄水場; 安全計装; 鉄道; 配電`),
  'ja-sabotage': words(`停止させ; 破壊; 妨害; 乗っ取; 攻撃; 改ざん; 不正操作; 誤動作`),
};

export const JAPANESE_CAPABILITIES: Lexicon<CapabilityRule> = lexiconOf('ja', JAPANESE_TAGS, JAPANESE_CLASSES, [
  sequence('credentials', 'ja-steal', 0.75, 8, 'ja-credential', 'ja-steal'),
  sequence('evasion', 'ja-defeat', 0.75, 6, 'ja-control', 'ja-defeat'),
  sequence('exploit-development', 'ja-attack', 0.6, 6, 'ja-weak-point', 'ja-attack'),
  sequence('ot-ics', 'ja-attack', 0.6, 12, 'ja-plant', 'ja-sabotage'),
]);
