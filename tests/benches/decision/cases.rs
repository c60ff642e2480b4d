//! The conversations that every engine decides, and the answers it can give.

/// One conversation, as plain facts.
pub(crate) struct Case {
    pub(crate) channel: &'static str,
    pub(crate) language: &'static str,
    pub(crate) vip: u8,
    pub(crate) tags: Vec<String>,
    pub(crate) hour: u8,
    pub(crate) text: &'static str,
}

/// A group and a priority.
pub(crate) type Answer = (String, u8);

/// Where a conversation goes that no row of the table covers.
pub(crate) const DEFAULT: (&str, u8) = ("general", 0);

const CHANNELS: [&str; 4] = ["website", "app", "miniprogram", "wechat"];
const LANGUAGES: [&str; 4] = ["zh", "zh", "en", "ja"];
const VIP: [u8; 5] = [0, 0, 0, 1, 3];
const TAGS: [&[&str]; 4] = [&[], &["老客户"], &["已签收", "老客户"], &["盗号"]];
const HOURS: [u8; 6] = [3, 8, 9, 13, 18, 23];
const TEXTS: [&str; 8] = [
    "你好,请问这件羽绒服有没有 170 的码,颜色和图片上一样吗",
    "我上周买的杯子收到的时候已经碎了,申请退款三天了还没有人处理",
    "再不解决我就打 12315 投诉你们,律师函也会寄过去",
    "hello, i would like to know when my parcel will arrive in osaka",
    "鞋子穿了两天就开胶,要退货,运费谁出",
    "优惠券为什么用不了,满三百减五十的那张,提示不符合使用条件",
    "订单一直显示待发货,能帮忙催一下吗,后天要出差了",
    "在吗",
];

/// As many conversations, chosen without regard to the table; the same ones each time.
pub(crate) fn cases(count: usize) -> Vec<Case> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..count)
        .map(|_| Case {
            channel: CHANNELS[draw(CHANNELS.len())],
            language: LANGUAGES[draw(LANGUAGES.len())],
            vip: VIP[draw(VIP.len())],
            tags: TAGS[draw(TAGS.len())].iter().map(|tag| (*tag).to_owned()).collect(),
            hour: HOURS[draw(HOURS.len())],
            text: TEXTS[draw(TEXTS.len())],
        })
        .collect()
}
