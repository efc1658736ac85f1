// Names of Japanese prefectures, cities and wards: where an address begins. Data only, by area; towns and villages are recognised by their
// form (〜郡〜町). Source: 全国地方公共団体コード, Ministry of Internal Affairs and Communications.

export const PREFECTURES: readonly string[] = (
  '北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 ' +
  '滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県'
).split(' ');

export const ROMANISED_PREFECTURES: readonly string[] =
  'hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa'.split(
    ' ',
  );

const CITIES = [
  '札幌 函館 小樽 旭川 室蘭 釧路 帯広 北見 夕張 岩見沢 網走 留萌 苫小牧 稚内 美唄 芦別 江別 赤平 紋別 士別 名寄 三笠 根室 千歳 滝川 砂川 歌志内 深川 富良野 登別 恵庭 伊達 北広島 石狩 北斗',
  '青森 弘前 八戸 黒石 五所川原 十和田 三沢 むつ つがる 平川 盛岡 宮古 大船渡 花巻 北上 久慈 遠野 一関 陸前高田 釜石 二戸 八幡平 奥州 滝沢',
  '仙台 石巻 塩竈 塩釜 気仙沼 白石 名取 角田 多賀城 岩沼 登米 栗原 東松島 大崎 富谷 秋田 能代 横手 大館 男鹿 湯沢 鹿角 由利本荘 潟上 大仙 北秋田 にかほ 仙北',
  '山形 米沢 鶴岡 酒田 新庄 寒河江 上山 村山 長井 天童 東根 尾花沢 南陽 福島 会津若松 郡山 いわき 白河 須賀川 喜多方 相馬 二本松 田村 南相馬 本宮',
  '水戸 日立 土浦 古河 石岡 結城 龍ケ崎 龍ヶ崎 下妻 常総 常陸太田 高萩 北茨城 笠間 取手 牛久 つくば ひたちなか 鹿嶋 潮来 守谷 常陸大宮 那珂 筑西 坂東 稲敷 かすみがうら 桜川 神栖 行方 鉾田 つくばみらい 小美玉',
  '宇都宮 足利 栃木 佐野 鹿沼 日光 小山 真岡 大田原 矢板 那須塩原 さくら 那須烏山 下野 前橋 高崎 桐生 伊勢崎 太田 沼田 館林 渋川 藤岡 富岡 安中 みどり',
  'さいたま 川越 熊谷 川口 行田 秩父 所沢 飯能 加須 本庄 東松山 春日部 狭山 羽生 鴻巣 深谷 上尾 草加 越谷 蕨 戸田 入間 朝霞 志木 和光 新座 桶川 久喜 北本 八潮 富士見 三郷 蓮田 坂戸 幸手 鶴ヶ島 鶴ケ島 日高 吉川 ふじみ野 白岡',
  '千葉 銚子 市川 船橋 館山 木更津 松戸 野田 茂原 成田 佐倉 東金 旭 習志野 柏 勝浦 市原 流山 八千代 我孫子 鴨川 鎌ケ谷 鎌ヶ谷 君津 富津 浦安 四街道 袖ケ浦 袖ヶ浦 八街 印西 白井 富里 南房総 匝瑳 香取 山武 いすみ 大網白里',
  '八王子 立川 武蔵野 三鷹 青梅 府中 昭島 調布 町田 小金井 小平 日野 東村山 国分寺 国立 福生 狛江 東大和 清瀬 東久留米 武蔵村山 多摩 稲城 羽村 あきる野 西東京',
  '横浜 川崎 相模原 横須賀 平塚 鎌倉 藤沢 小田原 茅ヶ崎 茅ケ崎 逗子 三浦 秦野 厚木 大和 伊勢原 海老名 座間 南足柄 綾瀬 新潟 長岡 三条 柏崎 新発田 小千谷 加茂 十日町 見附 村上 燕 糸魚川 妙高 五泉 上越 阿賀野 佐渡 魚沼 南魚沼 胎内',
  '富山 高岡 魚津 氷見 滑川 黒部 砺波 小矢部 南砺 射水 金沢 七尾 小松 輪島 珠洲 加賀 羽咋 かほく 白山 能美 野々市 福井 敦賀 小浜 大野 勝山 鯖江 あわら 越前 坂井',
  '甲府 富士吉田 都留 山梨 大月 韮崎 南アルプス 北杜 甲斐 笛吹 上野原 甲州 中央 長野 松本 上田 岡谷 飯田 諏訪 須坂 小諸 伊那 駒ヶ根 駒ケ根 中野 大町 飯山 茅野 塩尻 佐久 千曲 東御 安曇野',
  '岐阜 大垣 高山 多治見 関 中津川 美濃 瑞浪 羽島 恵那 美濃加茂 土岐 各務原 可児 山県 瑞穂 飛騨 本巣 郡上 下呂 海津 静岡 浜松 沼津 熱海 三島 富士宮 伊東 島田 富士 磐田 焼津 掛川 藤枝 御殿場 袋井 下田 裾野 湖西 伊豆 御前崎 菊川 伊豆の国 牧之原',
  '名古屋 豊橋 岡崎 一宮 瀬戸 半田 春日井 豊川 津島 碧南 刈谷 豊田 安城 西尾 蒲郡 犬山 常滑 江南 小牧 稲沢 新城 東海 大府 知多 知立 尾張旭 高浜 岩倉 豊明 日進 田原 愛西 清須 北名古屋 弥富 みよし あま 長久手',
  '津 四日市 伊勢 松阪 桑名 鈴鹿 名張 尾鷲 亀山 鳥羽 熊野 いなべ 志摩 伊賀 大津 彦根 長浜 近江八幡 草津 守山 栗東 甲賀 野洲 湖南 高島 東近江 米原',
  '京都 福知山 舞鶴 綾部 宇治 宮津 亀岡 城陽 向日 長岡京 八幡 京田辺 京丹後 南丹 木津川 大阪 堺 岸和田 豊中 池田 吹田 泉大津 高槻 貝塚 守口 枚方 茨木 八尾 泉佐野 富田林 寝屋川 河内長野 松原 大東 和泉 箕面 柏原 羽曳野 門真 摂津 高石 藤井寺 東大阪 泉南 四條畷 交野 大阪狭山 阪南',
  '神戸 姫路 尼崎 明石 西宮 洲本 芦屋 伊丹 相生 豊岡 加古川 赤穂 西脇 宝塚 三木 高砂 川西 小野 三田 加西 丹波篠山 養父 丹波 南あわじ 朝来 淡路 宍粟 加東 たつの',
  '奈良 大和高田 大和郡山 天理 橿原 桜井 五條 御所 生駒 香芝 葛城 宇陀 和歌山 海南 橋本 有田 御坊 田辺 新宮 紀の川 岩出 鳥取 米子 倉吉 境港 松江 浜田 出雲 益田 大田 安来 江津 雲南',
  '岡山 倉敷 津山 玉野 笠岡 井原 総社 高梁 新見 備前 瀬戸内 赤磐 真庭 美作 浅口 広島 呉 竹原 三原 尾道 福山 府中 三次 庄原 大竹 東広島 廿日市 安芸高田 江田島',
  '下関 宇部 山口 萩 防府 下松 岩国 光 長門 柳井 美祢 周南 山陽小野田 徳島 鳴門 小松島 阿南 吉野川 阿波 美馬 三好 高松 丸亀 坂出 善通寺 観音寺 さぬき 東かがわ 三豊',
  '松山 今治 宇和島 八幡浜 新居浜 西条 大洲 伊予 四国中央 西予 東温 高知 室戸 安芸 南国 土佐 須崎 宿毛 土佐清水 四万十 香南 香美',
  '北九州 福岡 大牟田 久留米 直方 飯塚 田川 柳川 八女 筑後 大川 行橋 豊前 中間 小郡 筑紫野 春日 大野城 宗像 太宰府 古賀 福津 うきは 宮若 嘉麻 朝倉 みやま 糸島 那珂川 佐賀 唐津 鳥栖 多久 伊万里 武雄 鹿島 小城 嬉野 神埼',
  '長崎 佐世保 島原 諫早 大村 平戸 松浦 対馬 壱岐 五島 西海 雲仙 南島原 熊本 八代 人吉 荒尾 水俣 玉名 山鹿 菊池 宇土 上天草 宇城 阿蘇 天草 合志',
  '大分 別府 中津 日田 佐伯 臼杵 津久見 竹田 豊後高田 杵築 宇佐 豊後大野 由布 国東 宮崎 都城 延岡 日南 小林 日向 串間 西都 えびの',
  '鹿児島 鹿屋 枕崎 阿久根 出水 指宿 西之表 垂水 薩摩川内 日置 曽於 霧島 いちき串木野 南さつま 志布志 奄美 南九州 伊佐 姶良 那覇 宜野湾 石垣 浦添 名護 糸満 沖縄 豊見城 うるま 宮古島 南城',
];

/** With 市 behind. */
export const CITY_NAMES: ReadonlySet<string> = new Set(CITIES.flatMap((line) => line.split(' ')));
export const LONGEST_CITY = Math.max(...[...CITY_NAMES].map(({ length }) => length));

/** The special wards of Tokyo, with 区 behind: an address may begin with one. */
export const TOKYO_WARDS: ReadonlySet<string> = new Set(
  '千代田 中央 港 新宿 文京 台東 墨田 江東 品川 目黒 大田 世田谷 渋谷 中野 杉並 豊島 北 荒川 板橋 練馬 足立 葛飾 江戸川'.split(' '),
);

/** Wards of the designated cities, with 区 behind. */
export const CITY_WARDS: ReadonlySet<string> = new Set(
  (
    '中央 北 東 白石 豊平 南 西 厚別 手稲 清田 青葉 宮城野 若林 太白 泉 大宮 見沼 桜 浦和 緑 岩槻 花見川 稲毛 若葉 美浜 鶴見 神奈川 中 保土ケ谷 保土ヶ谷 磯子 金沢 港北 戸塚 港南 旭 瀬谷 栄 都筑 川崎 幸 中原 高津 多摩 宮前 麻生 ' +
    '江南 秋葉 西蒲 葵 駿河 清水 浜名 天竜 浜北 千種 中村 昭和 瑞穂 熱田 中川 港 守山 名東 天白 上京 左京 中京 東山 下京 右京 伏見 山科 西京 都島 福島 此花 大正 天王寺 浪速 西淀川 東淀川 東成 生野 城東 阿倍野 住吉 東住吉 西成 淀川 住之江 平野 ' +
    '堺 美原 東灘 灘 兵庫 長田 須磨 垂水 安佐南 安佐北 安芸 佐伯 門司 若松 戸畑 小倉北 小倉南 八幡東 八幡西 博多 城南 早良'
  ).split(' '),
);

/** Cities that stand last in a romanised address, besides those that are called as their prefecture. */
export const ROMANISED_CITIES: readonly string[] =
  'sapporo sendai yokohama kawasaki sagamihara hamamatsu nagoya sakai kobe kitakyushu hachioji utsunomiya kanazawa matsuyama takamatsu naha'.split(
    ' ',
  );
