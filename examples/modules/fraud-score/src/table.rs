//! The model: a logistic regression as a table. Weights are in hundredths of a logit, so the table is exact; 69 doubles the
//! odds (ln 2 = 0.693). Without any sign the odds are those of the bias: about 1 in 90.

/// The log odds of a conversation without any sign, in hundredths.
pub const BIAS: i32 = -450;

/// Words that come with fraud: what a victim repeats, or what a fraudster asks for. Each row counts once, whatever number
/// of its words occur.
pub struct Words {
    /// What the words are a sign of, for the trace.
    pub sign: &'static str,
    /// Hundredths of a logit.
    pub weight: i32,
    /// Any of these.
    pub any: &'static [&'static str],
}

/// The words.
pub const WORDS: &[Words] = &[
    Words {
        sign: "asks for or was asked for a code",
        weight: 180,
        any: &["验证码", "动态码", "短信码", "one time password", "security code", "otp"],
    },
    Words {
        sign: "remote control of the device",
        weight: 260,
        any: &["共享屏幕", "屏幕共享", "远程控制", "anydesk", "teamviewer", "screen sharing"],
    },
    Words {
        sign: "money to a stranger's account",
        weight: 230,
        any: &["安全账户", "转账到", "对公转账", "垫付", "wire transfer", "gift card", "礼品卡", "点卡"],
    },
    Words { sign: "fake jobs", weight: 210, any: &["刷单", "做任务返佣", "兼职返利", "返佣"] },
    Words {
        sign: "leaves the platform",
        weight: 130,
        any: &["加微信", "加我微信", "加qq", "telegram", "whatsapp", "私下交易"],
    },
    Words {
        sign: "changes what secures the account",
        weight: 90,
        any: &[
            "换绑",
            "改绑",
            "修改手机号",
            "解绑手机",
            "关闭二次验证",
            "disable 2fa",
            "change my phone number",
        ],
    },
    Words {
        sign: "refund to another account",
        weight: 150,
        any: &["退到别的账户", "退到另一张卡", "换个账户退款", "refund to another card"],
    },
    Words { sign: "hurry", weight: 40, any: &["马上", "立刻", "赶紧", "urgent", "immediately"] },
];

/// A number that the site knows of the customer. `step` is added for every full `per`, at most `most` times.
pub struct Count {
    /// The attribute's name.
    pub attribute: &'static str,
    /// What is counted once.
    pub per: u32,
    /// Hundredths of a logit for each.
    pub step: i32,
    /// How often at most.
    pub most: u32,
}

/// The numbers.
pub const COUNTS: &[Count] = &[
    Count { attribute: "chargebacks_12m", per: 1, step: 140, most: 3 },
    Count { attribute: "failed_payments_24h", per: 1, step: 55, most: 4 },
    Count { attribute: "failed_logins_24h", per: 2, step: 60, most: 3 },
    Count { attribute: "devices_7d", per: 2, step: 70, most: 3 },
    Count { attribute: "account_age_days", per: 180, step: -45, most: 4 },
    Count { attribute: "orders_12m", per: 5, step: -35, most: 4 },
];

/// A number in the words that passes for a payment card's.
pub const CARD_NUMBER: i32 = 160;
/// Was never here before.
pub const FIRST_TIME: i32 = 60;
/// Between midnight and five in the morning.
pub const NIGHT: i32 = 50;
/// For each VIP level: known customers.
pub const VIP_LEVEL: i32 = -80;
