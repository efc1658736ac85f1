// The words that say what a number or a text beside them is: one table, so that a detector knows not only its own labels but also those
// that make a value somebody else's (an order number after 注文番号 is no My Number, whatever its check digit). Data only.

export type Family =
  | 'my-number'
  | 'corporate-number'
  | 'drivers-licence'
  | 'insurer-number'
  | 'insured-number'
  | 'pension-number'
  | 'passport'
  | 'residence-card'
  | 'bank-account'
  | 'bank-code'
  | 'phone'
  | 'postal-code'
  | 'address'
  | 'date-of-birth'
  | 'other';

/** Lower case and NFKC, separated by `|`. A space in an ASCII label stands for a space, `_`, `-` or nothing. */
const TABLE: Readonly<Record<Family, string>> = {
  'my-number':
    'マイナンバー|個人番号|個人番号カード|個人番号カード番号|マイナンバーカード|マイナンバーカード番号|個 人 番 号|マイナンバ|mynumber|my number|my no|individual number|kojin bango|kojin bangou|my num',
  'corporate-number':
    '法人番号|会社法人等番号|登録番号|インボイス番号|インボイス登録番号|インボイス|適格請求書発行事業者|適格請求書発行事業者登録番号|corporate number|corporate no|corporation number|hojin bango|houjin bangou|houjin bango|invoice registration number|registration number|corp number|tax registration number',
  'drivers-licence':
    "運転免許証|運転免許|免許証番号|免許証|免許番号|免許証の番号|運転免許証番号|license no|licence no|license number|licence number|drivers license|drivers licence|driver license|driver licence|driving licence|driving license|driver's license|driver's licence|menkyo",
  'insurer-number': '保険者番号|保険者no|保険者|公費負担者番号|公費負担者|insurer number|insurer no|insurer id|hokensha bango|hokensha',
  'insured-number':
    '被保険者番号|被保険者証番号|被保険者証|被保険者|被保険者記号|被保険者証記号|保険証|保険証番号|健康保険証|健康保険|国民健康保険|健保|国保|協会けんぽ|後期高齢者医療|資格確認書|保険証記号|公費受給者番号|受給者番号|雇用保険|介護保険|insured number|insurance number|insurance card|health insurance|insurance no|枝番',
  'pension-number': '基礎年金番号|年金番号|年金手帳|年金証書|年金コード|年金|pension number|pension no|pension|nenkin bango|nenkin',
  passport: '旅券番号|旅券|パスポート番号|パスポート|passport number|passport no|passport',
  'residence-card': '在留カード番号|在留カード|在留番号|特別永住者証明書|residence card|residence card number|zairyu card|zairyu',
  'bank-account':
    '口座番号|口座no|口座|普通預金|当座預金|貯蓄預金|定期預金|普通口座|当座口座|振込先|振込口座|引落口座|給与口座|銀行口座|預金口座|ゆうちょ|郵便貯金|貯金|通帳|通帳記号|通帳番号|account number|account no|bank account|acct no|acct|accountnumber|koza bango|kouza bangou|kouza|普通|当座|貯蓄|フツウ|トウザ|account|a/c|a/c no|ordinary account|savings account|ordinary',
  'bank-code': '銀行コード|支店コード|金融機関コード|銀行番号|支店番号|店番号|店番|店コード|bank code|branch code|branch no|branch number',
  phone:
    '☎|📞|📱|電話番号|電 話|電  話|電 話 番 号|t e l|f a x|電話|でんわ|デンワ|携帯番号|携帯電話|携帯|ケータイ|ケイタイ|けいたい|携帯no|電話no|連絡先|連絡番号|緊急連絡先|tel|tel no|telephone|phone|phone number|phone no|mobile|mobile phone|cell|cellphone|fax|fax no|ファックス|ファクス|ファクシミリ|フリーダイヤル|フリーコール|固定電話|自宅電話|勤務先電話|内線|内線番号|直通|代表|代表番号|代表電話|問い合わせ先|お問い合わせ|お問合せ|問合せ先|ipフォン|ip電話|sms|whatsapp|denwa|denwa bango|keitai|contact number|contact no|お電話|コールセンター|ホットライン|hotline|call|着信|発信|発信者番号|スマホ|caller|callee|caller id|msisdn|dialed number|tel1|tel2|tel3',
  'postal-code': '郵便番号|郵便no|〒|postal code|postalcode|zip|zip code|zipcode|postcode|post code|yubin bango|yubin|postal|zip no',
  address:
    '住所|住 所|住  所|現住所|ご住所|御住所|所在地|住所地|居所|本籍|本籍地|居住地|勤務地|送付先|届け先|お届け先|配送先|送り先|納入先|納品先|請求先住所|勤務先住所|本社所在地|本店所在地|設置場所|現場住所|address|street address|street|addr|jusho|juusho|jyusho|住民票|実家|自宅|転居先|引越先|都道府県|市区町村|市町村|町名番地|町名・番地|番地等|丁目・番地|町域|新住所|旧住所|前住所',
  'date-of-birth':
    '生年月日|生 年 月 日|誕生日|お誕生日|出生日|出生年月日|出生|生年|生まれ|うまれ|birth date|birthdate|birthday|date of birth|dob|d.o.b|d.o.b.|born|born on|birth|birth day|seinengappi|tanjobi|tanjoubi',
  other: [
    'ヤマト|クロネコ|佐川|ゆうパック|日本郵便|宅急便|宅配便|発送|荷物番号|注文番号|注文no|注文id|受注番号|発注番号|発注no|伝票番号|伝票no|伝票|追跡番号|送り状番号|送り状|送状番号|問い合わせ番号|問合せ番号|お問い合わせ番号|お問合せ番号|お問い合せ番号|照会番号',
    '受付番号|受付no|予約番号|会員番号|会員no|会員id|顧客番号|顧客コード|顧客id|お客様番号|お客さま番号|お客様コード|社員番号|社員no|社員id|従業員番号|職員番号|学籍番号|患者番号|患者id|診察券番号|診察券|管理番号|管理no|整理番号',
    '商品コード|商品番号|製品番号|製品コード|品番|型番|型式|部品番号|部番|部品コード|製造番号|機番|図番|図面番号|シリアル番号|シリアル|シリアルno|ロット番号|ロット|ロットno|jan|janコード|ean|upc|isbn|issn|gtin|バーコード|資産番号|機器番号|装置番号|計器番号|メーター番号|供給地点特定番号',
    '請求書番号|請求番号|見積番号|見積書番号|契約番号|証券番号|案件番号|チケット番号|文書番号|稟議番号|決裁番号|承認番号|認証番号|確認番号|確認コード|認証コード|申込番号|申請番号|申請書番号|取引番号|取引id|決済番号|出荷番号|配送番号|貨物番号|車両番号|車台番号|識別番号|通し番号|連番|座席番号|便名|ポイント|番号札|カード番号|クレジットカード|証明書番号|許可番号|許可|届出番号|特許番号|特許|出願番号|公開番号',
    '市区町村コード|都道府県コード|自治体コード|金額|価格|単価|合計|売上|数量|在庫|残高|バージョン|タイムスタンプ|日時|時刻|発行日|有効期限|有効期間|交付|交付日|作成日|更新日|登録日|契約日|入社日|退社日|入社|設立|創立|創業|期限|納期|支払日|開始日|終了日|受付日|受診日|施行日|公開日|発売日|発売|実施日|入金日|請求日|改訂|改定|開催日|予定日|検査日|点検日|結婚|死去|没年月日|没',
    'order|order number|order no|order id|tracking number|tracking no|tracking|serial|serial number|serial no|s/n|sku|part number|part no|p/n|model|model no|lot|lot no|invoice number|invoice no|invoice id|ticket|ticket no|ticket id|case id|case no|build|commit|version|ver|rev|revision|timestamp|created at|updated at|expires|expires at|issued|request id|trace id|session id|session|transaction id|transaction|txid|product code|product id|item code|item no|customer id|customer no|user id|member id|employee id|employee no|ref|ref no|reference|reference no|id|uuid|guid|hash|checksum|sha|md5|port|pid|offset|epoch|amount|price|total|qty|quantity|seq|asset tag|asset no|code',
  ].join('|'),
};

/** All labels with their family; ASCII labels of several words in their spellings (`my number`, `my_number`, `my-number`, `mynumber`). */
export function allLabels(): ReadonlyMap<string, Family> {
  const labels = new Map<string, Family>();
  for (const [family, words] of Object.entries(TABLE) as [Family, string][])
    for (const word of words.split('|')) for (const spelling of spellings(word)) if (!labels.has(spelling)) labels.set(spelling, family);
  return labels;
}

function spellings(word: string): readonly string[] {
  return /^[\w ]*$/.test(word) && word.includes(' ')
    ? [word, word.replaceAll(' ', '_'), word.replaceAll(' ', '-'), word.replaceAll(' ', '')]
    : [word];
}
