// Stands for swiper, which only the cards' carousel needs: a preview feature that Teams bots don't send.
export default class {}
export const A11y = {}, Autoplay = {}, History = {}, Keyboard = {}, Navigation = {}, Pagination = {}, Scrollbar = {};
