// Which names of JSON members say that their value is the name of a person.

const PERSON_WORDS = new Set(
  'name fullname full_name displayname display_name firstname first_name lastname last_name familyname family_name givenname given_name surname customer customer_name customername author author_name authorname assignee reporter reviewer approver contact contact_name contactname owner owner_name person person_name employee employee_name staff staff_name patient patient_name applicant signatory signer recipient_name sender_name from_name to_name attendee participant doctor manager supervisor cardholder account_holder holder_name contact_person kana name_kana'.split(
    ' ',
  ),
);
/** Members that name anything: only a value that looks like a person's name counts. */
const VAGUE = new Set('name customer author owner contact assignee reporter manager holder'.split(' '));

const JAPANESE_LABEL =
  /^(?:ご|お)?(?:氏名|名前|姓名|姓|名|担当者?|申請者|承認者|作成者|報告者|責任者|代表者|利用者|契約者|顧客|患者|社員|従業員|職員|宛名|差出人|受取人|名義人?|フリガナ|ふりがな|カナ)(?:名|氏名)?(?:[(\uff08].{0,8}[)\uff09])?$/;

function plain(hint: string): string {
  return hint
    .slice(0, 40)
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[- .]/g, '_');
}

export function isPersonHint(hint: string): boolean {
  return hint !== '' && (PERSON_WORDS.has(plain(hint)) || JAPANESE_LABEL.test(hint.slice(0, 40)));
}

/** Whether the member can only be a person's name: `full_name`, not `name`. */
export function isCertainPersonHint(hint: string): boolean {
  return isPersonHint(hint) && !VAGUE.has(plain(hint));
}
