//! Keywords and messages made of them.

use std::collections::BTreeSet;

/// What visitors say between the keywords.
const PHRASES: [&str; 12] = [
    "你好,我想问一下,",
    "昨天下单的那件衣服到现在还没有动静,",
    "麻烦帮我看一下这个订单,",
    "客服一直没有回复我,",
    "页面上写的是三天之内,可是已经过了一个星期了,",
    "图片和实物差得有点多,",
    "我在 App 里找了半天也没找到入口,",
    "请问现在还能改地址吗?",
    "打电话也没人接……",
    "能不能快一点,我后天要出差,",
    "谢谢!",
    "订单号是 20260302A1187,",
];

const CHARACTERS: &str = "退款换货修理发票税运费快递物流签收拒赔偿投诉差评举报律师法院工商媒体曝光欺骗假冒伪劣质量破损漏少错颜色尺码\
大小偏宽窄长短洗缩掉起球开胶断裂划痕异味漏水充电池屏幕卡顿闪蓝牙耳机配件保固激活码账号密码登录验证绑定解除注销\
优惠券满减红包积分会员等级生日礼品赠活动预售定金尾款秒杀拼团直播主价格涨降保差补";

/// Draws words; the same ones each time.
pub(crate) struct Words(u64);

impl Default for Words {
    fn default() -> Words {
        Words(0x9e37_79b9_7f4a_7c15)
    }
}

impl Words {
    fn draw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// As many distinct keywords, of two to four characters.
    pub(crate) fn keywords(&mut self, count: usize) -> Vec<String> {
        let characters: Vec<char> = CHARACTERS.chars().collect();
        let mut seen = BTreeSet::new();
        let mut keywords = Vec::with_capacity(count);
        while keywords.len() < count {
            let length = 2 + self.draw(3);
            let keyword: String = (0..length).map(|_| characters[self.draw(characters.len())]).collect();
            if seen.insert(keyword.clone()) {
                keywords.push(keyword);
            }
        }
        keywords
    }

    /// As many messages of three phrases with two keywords between them, some 50 characters long.
    pub(crate) fn messages(&mut self, count: usize, keywords: &[String]) -> Vec<String> {
        (0..count)
            .map(|_| {
                let mut message = String::new();
                for part in 0..3 {
                    message.push_str(PHRASES[self.draw(PHRASES.len())]);
                    if part < 2 {
                        message.push_str(&keywords[self.draw(keywords.len())]);
                    }
                }
                message
            })
            .collect()
    }
}
